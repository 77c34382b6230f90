from collections.abc import Callable

import pytest

from tests.integration.sandbox.bot_side import Bot, Stage, encrypt, envelope, reply_xml

Heard = dict[str, str]

BAD: dict[str, Callable[[Heard], bytes]] = {
    "json": lambda _: b'{"ok": true}',
    "success in capitals": lambda _: b"SUCCESS",
    "success and a newline": lambda _: b"success\n",
    "plain xml in safe mode": lambda heard: reply_xml(heard).encode(),
    "another token": lambda heard: envelope(reply_xml(heard), token="other"),
    "another app id": lambda heard: envelope(reply_xml(heard), app_id="wxother"),
    "no timestamp": lambda heard: f"<xml><Encrypt>{encrypt(reply_xml(heard))}</Encrypt></xml>".encode(),
    "an encrypted nothing": lambda _: envelope(""),
    "to and from not swapped": lambda heard: envelope(
        reply_xml(heard, ToUserName=heard["ToUserName"], FromUserName=heard["FromUserName"])
    ),
    "no create time": lambda heard: envelope(reply_xml(heard, CreateTime="today")),
    "unknown type": lambda heard: envelope(reply_xml(heard, kind="hologram")),
    "empty content": lambda heard: envelope(reply_xml(heard, inner="<Content></Content>")),
    "content twice": lambda heard: envelope(
        reply_xml(heard, inner="<Content>a</Content><Content>b</Content>")
    ),
    "a forged second sender": lambda heard: envelope(
        reply_xml(heard, inner="<Content>a</Content><FromUserName>x</FromUserName>")
    ),
    "2049 bytes": lambda heard: envelope(reply_xml(heard, inner=f"<Content>{'a' * 2049}</Content>")),
    "a control character": lambda heard: envelope(reply_xml(heard, inner="<Content>a\x0bb</Content>")),
    "a doctype": lambda heard: envelope("<!DOCTYPE xml>" + reply_xml(heard)),
    "an attribute": lambda heard: envelope(reply_xml(heard, inner='<Content x="1">a</Content>')),
    "an image that was never uploaded": lambda heard: envelope(
        reply_xml(heard, kind="image", inner="<Image><MediaId>m</MediaId></Image>")
    ),
    "news that miscounts": lambda heard: envelope(
        reply_xml(heard, kind="news", inner="<ArticleCount>2</ArticleCount><Articles><item/></Articles>")
    ),
    "another root": lambda _: envelope("<html/>"),
}


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_reply_is_a_violation_and_the_member_sees_a_broken_service(
    played: Stage, bot: Bot, name: str
) -> None:
    await played.post("follow", from_="小明")
    bot.say(BAD[name])
    result = await played.post("say", from_="小明", text="在吗")
    assert result["reply"] is None
    assert result["problem"]
    assert result["attempts"] == 1
    assert await played.rules_broken() == ["bad_reply"]
    assert [row["kind"] for row in await played.get("outbox", member="小明")] == ["service_broken"]


ARTICLE = "<item><Title>t</Title><Description>d</Description><PicUrl>p</PicUrl><Url>u</Url></item>"
GOOD: dict[str, Callable[[Heard], bytes]] = {
    "2048 bytes": lambda heard: envelope(reply_xml(heard, inner=f"<Content>{'a' * 2048}</Content>")),
    "cdata": lambda heard: envelope(reply_xml(heard, inner="<Content><![CDATA[<b>&]]></Content>")),
    "news": lambda heard: envelope(
        reply_xml(heard, kind="news", inner=f"<ArticleCount>1</ArticleCount><Articles>{ARTICLE}</Articles>")
    ),
    "handing over to a human": lambda heard: envelope(
        reply_xml(heard, kind="transfer_customer_service", inner="")
    ),
}


@pytest.mark.parametrize("name", GOOD)
async def test_a_good_reply_is_shown(played: Stage, bot: Bot, name: str) -> None:
    await played.post("follow", from_="小明")
    bot.say(GOOD[name])
    assert (await played.post("say", from_="小明", text="在吗"))["reply"]
    assert await played.rules_broken() == []


async def test_a_reply_may_show_the_picture_the_member_sent(played: Stage, bot: Bot) -> None:
    await played.post("follow", from_="小明")
    bot.say(
        lambda heard: envelope(
            reply_xml(heard, kind="image", inner=f"<Image><MediaId>{heard['MediaId']}</MediaId></Image>")
        )
    )
    assert (await played.post("say", from_="小明", type="image"))["reply"]["MsgType"] == "image"
