import asyncio
import base64
import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, web

from bot.sandbox import Running
from tests.integration.sandbox.bot_side import Bot, Stage, hang

START = "2026-12-01T10:00:00+08:00"


class Follower:
    """Lives by the sandbox's clock: has dues, works them off, and tells how far it has come."""

    def __init__(self, stage: Stage, name: str = "worker") -> None:
        self.stage, self.name = stage, name
        self.dues: list[datetime] = []
        self.worked: list[tuple[datetime, datetime]] = []
        self.moments: list[datetime] = []
        self.pause = 0.0
        self.started = asyncio.Event()

    async def live(self) -> None:
        seen: datetime | None = None
        while True:
            query = {"follower": self.name}
            if seen is not None:
                query["seen"] = seen.isoformat()
            if self.dues:
                query["next_due"] = min(self.dues).isoformat()
            now = datetime.fromisoformat((await self.stage.get("clock", **query))["now"])
            if now != seen:
                self.moments.append(now)
                self.started.set()
            await self.work(now)
            seen = now

    async def work(self, now: datetime) -> None:
        due = sorted(one for one in self.dues if one <= now)
        if due and self.pause:
            await asyncio.sleep(self.pause)
        for one in due:
            self.dues.remove(one)
            self.worked.append((one, now))


@asynccontextmanager
async def following(stage: Stage, name: str = "worker") -> AsyncIterator[Follower]:
    follower = Follower(stage, name)
    task = asyncio.create_task(follower.live())
    await follower.started.wait()
    try:
        yield follower
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_real_time_runs_until_the_clock_is_set(sandbox: Running) -> None:
    async with ClientSession(sandbox.url) as session:
        stage = Stage(session)
        before = moment((await stage.get("clock"))["now"])
        await asyncio.sleep(0.02)
        after = moment((await stage.get("clock"))["now"])
        assert timedelta() < after - before < timedelta(seconds=5)
        assert after.utcoffset() == timedelta(hours=8)
        assert abs(after.timestamp() - time.time()) < 5
        await stage.post("clock", set=START)
        await asyncio.sleep(0.02)
        assert await stage.get("clock") == {"now": START}
        await stage.post("reset", seed=1)
        assert (await stage.get("clock"))["now"] != START


@pytest.mark.parametrize(
    ("span", "now"),
    [
        ("90s", "2026-12-01T10:01:30+08:00"),
        ("1d", "2026-12-02T10:00:00+08:00"),
        ("1d12h", "2026-12-02T22:00:00+08:00"),
        (60, "2026-12-01T10:01:00+08:00"),
        ("0s", START),
    ],
)
async def test_advancing_moves_by_exactly_the_span(bare: Stage, span: str | int, now: str) -> None:
    assert (await bare.post("clock", advance=span))["now"] == now


async def test_a_jump_may_go_back(bare: Stage) -> None:
    assert (await bare.post("clock", set="2026-11-01T00:00:00+08:00"))["now"] == "2026-11-01T00:00:00+08:00"


async def test_a_follower_is_stopped_at_each_of_its_dues_and_sees_no_other_moment(bare: Stage) -> None:
    start = moment(START)
    dues = [start + timedelta(hours=hours) for hours in (1, 2, 30)]
    async with following(bare) as follower:
        follower.dues = list(dues)
        await bare.post("clock", advance="1s")
        await bare.post("clock", advance="2d")
    assert follower.worked == [(due, due) for due in dues]
    assert follower.moments == [
        start,
        start + timedelta(seconds=1),
        *dues,
        start + timedelta(days=2, seconds=1),
    ]


async def test_work_that_takes_real_time_is_waited_for(bare: Stage) -> None:
    async with following(bare) as follower:
        follower.dues = [moment(START) + timedelta(hours=hours) for hours in (1, 2)]
        follower.pause = 0.2
        await bare.post("clock", advance="1s")
        await bare.post("clock", advance="1d")
    assert all(due == at for due, at in follower.worked)
    assert len(follower.worked) == 2


async def test_two_followers_are_both_waited_for(bare: Stage) -> None:
    async with following(bare, "a") as one, following(bare, "b") as two:
        one.dues = [moment(START) + timedelta(hours=1)]
        two.dues = [moment(START) + timedelta(hours=2)]
        await bare.post("clock", advance="1s")
        await bare.post("clock", advance="1d")
    assert [at for _, at in one.worked + two.worked] == [
        moment(START) + timedelta(hours=hours) for hours in (1, 2)
    ]


async def test_a_due_that_a_callback_creates_is_not_jumped_over(played: Stage, bot: Bot) -> None:
    async with following(played) as follower:

        async def answer(heard: dict[str, str]) -> web.Response:
            follower.dues.append(moment(START) + timedelta(hours=3))
            return web.Response(text="success")

        bot.answer = answer
        at = (moment(START) + timedelta(hours=2)).isoformat()
        await played.post("schedule", actions=[{"at": at, "do": "follow", "from": "小明"}])
        await played.post("clock", advance="1d")
    assert follower.worked == [(moment(START) + timedelta(hours=3),) * 2]


async def test_a_silent_follower_is_ignored_after_two_seconds(bare: Stage) -> None:
    await bare.get("clock", follower="ghost")
    started = time.monotonic()
    await bare.post("clock", advance="1d")
    assert 1.5 < time.monotonic() - started < 4
    started = time.monotonic()
    await bare.post("clock", advance="1d")
    assert time.monotonic() - started < 0.5


async def test_a_follower_that_never_catches_up_delays_a_hop_ten_seconds_with_a_warning(
    bare: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.sandbox.timekeeper._STALL", 0.4)

    async def stuck() -> None:
        while True:
            await bare.get("clock", follower="stuck", seen="2026-01-01T00:00:00+08:00")
            await asyncio.sleep(0.02)

    task = asyncio.create_task(stuck())
    await asyncio.sleep(0.1)
    answer = await bare.post("clock", advance="1d")
    task.cancel()
    assert answer["now"] == "2026-12-02T10:00:00+08:00"
    assert answer["warnings"][0]["busy"] == ["stuck"]


async def test_a_poll_is_held_while_nothing_is_new(bare: Stage) -> None:
    started = time.monotonic()
    assert (await bare.get("clock", follower="w", seen=START))["now"] == START
    assert 0.8 < time.monotonic() - started < 2
    started = time.monotonic()
    await bare.get("clock", follower="w", seen="2026-11-30T10:00:00+08:00")
    assert time.monotonic() - started < 0.3


async def test_idle_waits_for_callbacks_and_gives_up_with_503(played: Stage, bot: Bot) -> None:
    await played.register(bot.url, answer_within=5.0, verify=False)
    bot.answer = hang
    await played.post("follow", from_="小明", wait=False)
    async with played.session.get("/_sandbox/idle", params={"timeout": "0.2"}) as response:
        assert response.status == 503
        assert "in flight" in (await response.json())["error"]


async def test_idle_waits_for_a_follower_that_says_it_has_work_now(bare: Stage) -> None:
    follower = Follower(bare)
    follower.dues, follower.pause = [moment(START)], 0.2
    task = asyncio.create_task(follower.live())
    await asyncio.sleep(0.05)
    assert follower.dues
    assert (await bare.get("idle"))["idle"] is True
    assert follower.worked == [(moment(START), moment(START))]
    task.cancel()


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
    assert 20 <= most <= 32
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
        soon = moment((await stage.get("clock"))["now"]) + timedelta(seconds=0.15)
        await stage.post("schedule", actions=[{"at": soon.isoformat(), "do": "follow", "from": "小明"}])
        assert bot.heard == []
        await asyncio.sleep(0.5)
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
