from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.sandbox.windows import Window
from tests.integration.sandbox.bot_side import Bot, Stage

FEW, MANY = 3, 5
OPENINGS: dict[str, tuple[str, dict[str, Any], int, str, str]] = {
    "a message": ("say", {"text": "在吗"}, MANY, "47h59m", "1m"),
    "a message of another type": ("say", {"type": "image"}, MANY, "47h59m", "1m"),
    "a scan": ("scan", {"scene": "store_hz"}, FEW, "59s", "1s"),
    "a click": ("click", {"key": "check_in"}, FEW, "59s", "1s"),
    "a scanning menu": ("event", {"event": "scancode_push", "fields": {"EventKey": "k"}}, FEW, "59s", "1s"),
    "a waiting scan": ("event", {"event": "scancode_waitmsg", "fields": {"EventKey": "k"}}, FEW, "59s", "1s"),
    "a click in a menu message": ("say", {"text": "好", "menu_id": "101"}, FEW, "59s", "1s"),
}
CLOSED: dict[str, tuple[str, dict[str, Any]]] = {
    "a view": ("event", {"event": "VIEW", "fields": {"EventKey": "https://example.com"}}),
    "a location": ("event", {"event": "LOCATION", "fields": {"Latitude": 1.0, "Longitude": 2.0}}),
    "an answer to a pop-up": ("subscribe", {"template": "T", "accept": True}),
}


@pytest.mark.parametrize("name", OPENINGS)
async def test_a_window_opens_with_its_allowance(stage: Stage, name: str) -> None:
    act, body, allowance, _, _ = OPENINGS[name]
    await stage.post("clock", advance="2m")
    openid = await stage.openid("小明")
    await stage.post(act, from_="小明", **body)
    codes = [await stage.send_text(openid) for _ in range(allowance + 1)]
    assert codes == [0] * allowance + [45047]
    assert await stage.rules_broken() == ["window_used_up"]


@pytest.mark.parametrize("name", OPENINGS)
async def test_a_window_closes_when_its_time_is_over(stage: Stage, name: str) -> None:
    act, body, _, almost, rest = OPENINGS[name]
    await stage.post("clock", advance="2m")
    openid = await stage.openid("小明")
    await stage.post(act, from_="小明", **body)
    await stage.post("clock", advance=almost)
    stage.token = ""
    assert await stage.send_text(openid) == 0
    await stage.post("clock", advance=rest)
    assert await stage.send_text(openid) == 45015
    assert await stage.rules_broken() == ["window_closed"]


@pytest.mark.parametrize("name", CLOSED)
async def test_other_events_open_nothing(stage: Stage, name: str) -> None:
    act, body = CLOSED[name]
    await stage.post("clock", advance="2m")
    openid = await stage.openid("小明")
    await stage.post(act, from_="小明", **body)
    assert await stage.send_text(openid) == 45015


async def test_a_follow_opens_three_messages_for_a_minute(stage: Stage) -> None:
    openid = await stage.openid("小明")
    assert [await stage.send_text(openid) for _ in range(4)] == [0, 0, 0, 45047]


async def test_allowances_do_not_add_up_but_the_larger_and_the_later_hold(stage: Stage) -> None:
    openid = await stage.openid("小明")
    await stage.post("say", from_="小明", text="在吗")
    await stage.post("click", from_="小明", key="k")
    assert [await stage.send_text(openid) for _ in range(6)] == [0] * 5 + [45047]
    await stage.post("click", from_="小明", key="k")
    assert [await stage.send_text(openid) for _ in range(4)] == [0, 0, 0, 45047]
    await stage.post("click", from_="小明", key="k")
    await stage.post("clock", advance="2h")
    stage.token = ""
    assert await stage.send_text(openid) == 0


async def test_allowances_that_added_up_would_be_caught(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def summing(window: Window, now: datetime, allowance: int, lasts: timedelta) -> None:
        window.left, window.until = window.left + allowance, now + lasts

    monkeypatch.setattr(Window, "open", summing)
    openid = await stage.openid("小明")
    await stage.post("say", from_="小明", text="在吗")
    await stage.post("click", from_="小明", key="k")
    assert [await stage.send_text(openid) for _ in range(6)] != [0] * 5 + [45047]


async def test_a_message_to_one_who_left_is_refused_and_a_violation_once_the_bot_knew(
    played: Stage, bot: Bot
) -> None:
    await played.post("follow", from_="小明")
    openid = await played.openid("小明")
    await played.post("unfollow", from_="小明")
    assert await played.send_text(openid) == 45015
    assert await played.rules_broken() == ["window_closed"]
    assert bot.heard[-1]["Event"] == "unsubscribe"


async def test_a_message_to_one_whose_leaving_was_never_answered_is_no_violation(stage: Stage) -> None:
    openid = await stage.openid("小明")
    await stage.post("unfollow", from_="小明")
    assert await stage.send_text(openid) == 45015
    assert await stage.rules_broken() == []


async def test_a_second_follow_opens_a_window_again(stage: Stage) -> None:
    await stage.post("unfollow", from_="小明")
    await stage.post("follow", from_="小明")
    assert await stage.send_text(await stage.openid("小明")) == 0


async def test_an_openid_of_nobody_is_refused(stage: Stage) -> None:
    assert await stage.send_text("o" + "x" * 27) == 40003
    assert await stage.rules_broken() == ["openid"]


async def test_typing_needs_a_message_within_half_a_minute(stage: Stage) -> None:
    openid = await stage.openid("小明")
    body = {"touser": openid, "command": "Typing"}
    assert await stage.code("/cgi-bin/message/custom/typing", body) == 45080
    await stage.post("say", from_="小明", text="在吗")
    assert await stage.code("/cgi-bin/message/custom/typing", body) == 0
    assert await stage.code("/cgi-bin/message/custom/typing", body) == 45081
    assert await stage.code("/cgi-bin/message/custom/typing", body | {"command": "Dance"}) == 45072


CONTENTS: list[tuple[dict[str, Any], int]] = [
    ({"msgtype": "text", "text": {"content": "a" * 2048}}, 0),
    ({"msgtype": "text", "text": {"content": "a" * 2049}}, 45002),
    ({"msgtype": "text", "text": {"content": "荷" * 683}}, 45002),
    ({"msgtype": "text", "text": {"content": ""}}, 44004),
    ({"msgtype": "text"}, 47001),
    ({"msgtype": "hologram", "hologram": {}}, 40008),
    ({"msgtype": "image", "image": {}}, 41006),
    ({"msgtype": "image", "image": {"media_id": "gone"}}, 40007),
    ({"msgtype": "news", "news": {"articles": []}}, 44003),
    ({"msgtype": "news", "news": {"articles": [{"title": "t", "url": "u"}]}}, 0),
    ({"msgtype": "news", "news": {"articles": [{"title": "t", "url": "u"}] * 2}}, 45008),
    ({"msgtype": "msgmenu", "msgmenu": {"head_content": "?", "list": [{"id": "1", "content": "好"}]}}, 0),
    ({"msgtype": "msgmenu", "msgmenu": {"head_content": "?", "list": []}}, 40035),
    ({"msgtype": "mpnewsarticle", "mpnewsarticle": {"article_id": "a"}}, 0),
    ({"msgtype": "wxcard", "wxcard": {}}, 40035),
    ({"msgtype": "miniprogrampage", "miniprogrampage": {"title": "t", "appid": "a"}}, 40035),
]


@pytest.mark.parametrize(("content", "code"), CONTENTS)
async def test_content_is_checked_before_the_window_is_spent(
    stage: Stage, content: dict[str, Any], code: int
) -> None:
    openid = await stage.openid("小明")
    assert await stage.code("/cgi-bin/message/custom/send", {"touser": openid, **content}) == code
    left = (await stage.get("members"))[0]["window"]["left"]
    assert left == (2 if code == 0 else 3)
