import asyncio
import base64
import hashlib
import hmac
import time
from datetime import timedelta
from typing import Any

from aiohttp import ClientSession, web

from bot.sandbox import Running
from tests.integration.sandbox.bot_side import Bot, Stage
from tests.integration.sandbox.follower_side import START, following, moment


async def test_scheduled_actions_play_at_their_moment_and_in_order(played: Stage, bot: Bot) -> None:
    actions = [
        {"at": "2026-12-01T12:00:00+08:00", "do": "say", "from": "小明", "text": "二"},
        {"at": "2026-12-01T11:00:00+08:00", "do": "follow", "from": "小明", "scene": "store_hz"},
        {"at": "2026-12-01T12:00:00", "do": "click", "from": "小明", "key": "三"},
        {"at": "2026-12-03T12:00:00+08:00", "do": "unfollow", "from": "小明"},
        {"at": "2026-12-02T12:00:00+08:00", "do": "event", "from": "小明", "event": "VIEW", "fields": {}},
    ]
    assert (await played.post("schedule", actions=actions))["scheduled"] == 5
    await played.post("clock", advance="23h")
    assert [heard.get("Event", heard["MsgType"]) for heard in bot.heard] == ["subscribe", "text", "CLICK"]
    assert [int(heard["CreateTime"]) - 1796090400 for heard in bot.heard] == [3600, 7200, 7200]
    await played.post("clock", advance="3d")
    assert [heard["Event"] for heard in bot.heard[3:]] == ["VIEW", "unsubscribe"]


async def test_actions_of_one_instant_run_at_once_but_those_of_one_member_in_order(
    played: Stage, bot: Bot
) -> None:
    under_way, most = 0, 0

    async def answer(_heard: dict[str, str]) -> web.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.02)
        under_way -= 1
        return web.Response(text="success")

    bot.answer = answer
    at = "2026-12-01T11:00:00+08:00"
    actions = [{"at": at, "do": "follow", "from": f"m{n}"} for n in range(64)]
    actions += [{"at": at, "do": "say", "from": f"m{n}", "text": "在吗"} for n in range(64)]
    await played.post("schedule", actions=actions)
    await played.post("clock", advance="1h")
    assert 8 <= most <= 32
    assert len(bot.heard) == 128
    for openid in {heard["FromUserName"] for heard in bot.heard}:
        kinds = [heard["MsgType"] for heard in bot.heard if heard["FromUserName"] == openid]
        assert kinds == ["event", "text"]


async def test_an_action_that_cannot_be_done_is_a_warning_not_a_stop(played: Stage, bot: Bot) -> None:
    actions = [
        {"at": "2026-12-01T11:00:00+08:00", "do": "say", "from": "nobody", "text": "x"},
        {"at": "2026-12-01T11:00:00+08:00", "do": "follow", "from": "小明"},
    ]
    await played.post("schedule", actions=actions)
    answer = await played.post("clock", advance="1h")
    assert "nobody" in answer["warnings"][0]["detail"]
    assert len(bot.heard) == 1


async def test_in_real_time_scheduled_actions_play_by_themselves(sandbox: Running, bot: Bot) -> None:
    async with ClientSession(sandbox.url) as session:
        stage = Stage(session)
        await stage.register(bot.url)
        soon = moment((await stage.get("clock"))["now"]) + timedelta(seconds=1)
        await stage.post("schedule", actions=[{"at": soon.isoformat(), "do": "follow", "from": "小明"}])
        assert bot.heard == []
        heard = asyncio.Event()

        async def answer(_heard: dict[str, str]) -> web.Response:
            heard.set()
            return web.Response(text="success")

        bot.answer = answer
        await asyncio.wait_for(heard.wait(), 10)
        assert len(bot.heard) == 1


async def test_a_webhook_is_signed_with_virtual_time(bare: Stage) -> None:
    got: list[tuple[dict[str, str], bytes]] = []

    async def handle(request: web.Request) -> web.Response:
        got.append((dict(request.headers), await request.read()))
        return web.json_response({"ok": True}, status=202)

    app = web.Application()
    app.router.add_post("/v1/track", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1/track"
    key = base64.b64encode(b"k" * 24).decode()
    action: dict[str, Any] = {
        "at": "2026-12-01T11:00:00+08:00",
        "do": "webhook",
        "url": url,
        "body": {"event": "Order Completed", "properties": {"total": 12.5, "title": "茶"}},
        "headers": {"X-Shop": "1"},
        "secret": f"whsec_{key}",
        "id": "msg_1",
    }
    await bare.post("schedule", actions=[action])
    await bare.post("clock", advance="1d")
    await runner.cleanup()
    ((headers, body),) = got
    stamp = headers["webhook-timestamp"]
    signed = hmac.new(b"k" * 24, f"msg_1.{stamp}.".encode() + body, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(signed).decode()
    assert int(stamp) == 1796090400 + 3600
    assert headers["X-Shop"] == "1"
    assert "茶".encode() in body


async def test_ninety_days_of_hops_with_a_follower_cost_little(played: Stage, bot: Bot) -> None:
    start = moment(START)
    actions: list[dict[str, Any]] = [
        {"at": (start + timedelta(minutes=n)).isoformat(), "do": "follow", "from": f"m{n}"}
        for n in range(1, 301)
    ]
    await played.post("schedule", actions=actions)
    async with following(played):
        began = time.process_time()
        await played.post("clock", advance="6h")
        cost = (time.process_time() - began) / 300
    assert len(bot.heard) == 300
    # Follower, bot, client and sandbox share this process: the sandbox's own part is about half of it.
    assert cost < 0.02
