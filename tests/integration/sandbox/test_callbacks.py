import asyncio

import pytest
from aiohttp import web

from tests.integration.sandbox.bot_side import Bot, Stage, envelope, hang, reply_xml

Heard = dict[str, str]


async def test_the_callback_url_is_verified_when_an_account_is_registered(bare: Stage, bot: Bot) -> None:
    assert (await bare.register(bot.url))["verified"] is True
    assert await bare.rules_broken() == []


async def test_an_echo_that_differs_is_a_violation(bare: Stage, bot: Bot) -> None:
    bot.echo = lambda echo: echo + "\n"
    assert (await bare.register(bot.url))["verified"] is False
    assert await bare.rules_broken() == ["url_verification"]


async def test_a_follow_by_code_carries_scene_and_ticket_and_is_stamped_with_virtual_time(
    played: Stage, bot: Bot
) -> None:
    result = await played.post("follow", from_="小明", scene="store_hz")
    assert result == {"delivered": True, "status": 200, "attempts": 1, "reply": None, "problem": None}
    (event,) = bot.heard
    assert (event["MsgType"], event["Event"], event["EventKey"]) == ("event", "subscribe", "qrscene_store_hz")
    assert event["Ticket"]
    assert event["CreateTime"] == "1796090400"
    assert event["FromUserName"] == await played.openid("小明")
    assert bot.queries[0]["openid"] == event["FromUserName"]
    assert len(event["FromUserName"]) == 28
    assert event["FromUserName"].startswith("o")


async def test_a_passive_reply_is_decrypted_and_reaches_the_outbox(played: Stage, bot: Bot) -> None:
    await played.post("follow", from_="小明")
    bot.say(lambda heard: envelope(reply_xml(heard)))
    said = await played.post("say", from_="小明", text="在吗")
    assert said["reply"]["Content"] == "你好"
    (row,) = await played.get("outbox", member="小明")
    assert (row["route"], row["kind"], row["text"], row["answers"]) == ("reply", "text", "你好", "text")
    assert await played.rules_broken() == []


async def test_names_and_openids_find_the_same_rows(played: Stage, bot: Bot) -> None:
    await played.post("follow", from_="小明")
    await played.post("follow", from_="小红")
    bot.say(lambda heard: envelope(reply_xml(heard)))
    openid = await played.openid("小明")
    await played.post("say", from_=openid, text="一")
    assert (
        len(await played.get("outbox", member="小明")) == len(await played.get("outbox", member=openid)) == 1
    )
    assert await played.get("outbox", member="小红") == []


MESSAGES: dict[str, tuple[str, ...]] = {
    "text": ("Content", "MsgId"),
    "image": ("PicUrl", "MediaId", "MsgId"),
    "voice": ("Format", "MediaId", "MsgId"),
    "video": ("MediaId", "ThumbMediaId", "MsgId"),
    "shortvideo": ("MediaId", "ThumbMediaId", "MsgId"),
    "location": ("Location_X", "Location_Y", "Scale", "Label", "MsgId"),
    "link": ("Title", "Description", "Url", "MsgId"),
    "miniprogrampage": ("Title", "AppId", "PagePath", "ThumbMediaId", "MsgId"),
    "file": ("Title", "FileKey", "FileMd5", "FileTotalLen", "MsgId"),
}


@pytest.mark.parametrize("kind", MESSAGES)
async def test_every_type_of_message_has_the_fields_of_its_type(played: Stage, bot: Bot, kind: str) -> None:
    await played.post("follow", from_="小明")
    await played.post("say", from_="小明", type=kind, fields={"Content": "喂"} if kind == "text" else {})
    assert bot.heard[-1]["MsgType"] == kind
    assert bot.heard[-1].keys() >= set(MESSAGES[kind])


async def test_any_event_goes_out_with_nested_fields(played: Stage, bot: Bot) -> None:
    await played.post("follow", from_="小明")
    fields = {"EventKey": "k", "ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "1"}}
    await played.post("event", from_="小明", event="scancode_waitmsg", fields=fields)
    assert bot.heard[-1]["Event"] == "scancode_waitmsg"
    assert (await played.get("members"))[0]["window"]["left"] == 3


async def test_plain_mode_sends_and_accepts_plain_xml(bare: Stage) -> None:
    seen: list[tuple[str, bool]] = []

    async def handle(request: web.Request) -> web.Response:
        body = await request.text()
        seen.append((body, "msg_signature" in request.query))
        heard = {"FromUserName": "", "ToUserName": ""}
        for name in heard:
            heard[name] = body.split(f"<{name}><![CDATA[")[1].split("]]>")[0]
        return web.Response(text=reply_xml(heard))

    app = web.Application()
    app.router.add_post("/plain", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/plain"
    await bare.register(url, mode="plain", verify=False)
    result = await bare.post("follow", from_="小明")
    await runner.cleanup()
    assert result["reply"]["Content"] == "你好"
    assert "<Event><![CDATA[subscribe]]></Event>" in seen[0][0]
    assert not seen[0][1]


async def test_compatible_mode_carries_plain_fields_beside_the_ciphertext(bare: Stage, bot: Bot) -> None:
    await bare.register(bot.url, mode="compatible")
    await bare.post("follow", from_="小明")
    assert bot.heard[0]["Event"] == "subscribe"
    assert "encrypt_type" in bot.queries[0]


async def test_without_an_answer_a_callback_comes_three_times_with_the_same_plaintext(
    played: Stage, bot: Bot
) -> None:
    await played.post("follow", from_="小明")
    await played.register(bot.url, answer_within=0.1, verify=False)
    bot.heard.clear()
    bot.queries.clear()
    bot.sealed.clear()
    bot.answer = hang
    result = await played.post("say", from_="小明", text="在吗")
    assert (result["delivered"], result["attempts"]) == (False, 3)
    assert len(bot.heard) == 3
    assert bot.heard[0] == bot.heard[1] == bot.heard[2]
    assert len({query["nonce"] for query in bot.queries}) == len(set(bot.sealed)) == 3
    assert await played.rules_broken() == ["no_answer"]
    (row,) = await played.get("outbox", member="小明")
    assert (row["route"], row["kind"]) == ("platform", "service_broken")


async def test_a_verbatim_retry_repeats_query_and_ciphertext(bare: Stage, bot: Bot) -> None:
    await bare.register(bot.url, retry_bytes="verbatim")
    statuses = iter([503, 503, 200])

    async def answer(_heard: Heard) -> web.Response:
        return web.Response(status=next(statuses))

    bot.answer = answer
    result = await bare.post("follow", from_="小明")
    assert (result["delivered"], result["attempts"]) == (True, 3)
    assert len({query["nonce"] for query in bot.queries}) == len(set(bot.sealed)) == 1
    assert await bare.rules_broken() == []


async def test_an_answered_callback_is_not_repeated_unless_a_fault_duplicates_it(
    played: Stage, bot: Bot
) -> None:
    await played.post("fault", path="callback", kind="duplicate", count=1)
    await played.post("follow", from_="小明")
    assert len(bot.heard) == 2
    await played.post("say", from_="小明", text="在吗")
    assert len(bot.heard) == 3
    assert bot.heard[0] == bot.heard[1]


async def test_a_post_that_does_not_wait_answers_before_the_bot_does(played: Stage, bot: Bot) -> None:
    gate = asyncio.Event()

    async def answer(_heard: Heard) -> web.Response:
        await gate.wait()
        return web.Response(text="success")

    bot.answer = answer
    result = await played.post("follow", from_="小明", wait=False)
    assert result["status"] == "on its way"
    gate.set()
    assert (await played.get("idle"))["idle"] is True
    assert len(bot.heard) == 1
