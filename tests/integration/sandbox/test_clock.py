import asyncio
import time
from datetime import datetime, timedelta

import pytest
from aiohttp import ClientSession, web

from bot.sandbox import Running
from bot.sandbox.timekeeper import Timekeeper
from tests.integration.sandbox.bot_side import Bot, Stage, hang
from tests.integration.sandbox.follower_side import START, Follower, following, moment


async def test_real_time_runs_until_the_clock_is_set(sandbox: Running) -> None:
    async with ClientSession(sandbox.url) as session:
        stage = Stage(session)
        before, after = [moment((await stage.get("clock"))["now"]) for _ in range(2)]
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
    assert time.monotonic() - started < 1.5


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
    assert time.monotonic() - started < 0.7


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


async def knowledge(played: Stage, bot: Bot) -> list[bool]:
    """Whether the follower knew the time of each of 20 callbacks, an hour apart, when it arrived."""
    known: list[bool] = []
    async with following(played) as follower:

        async def answer(heard: dict[str, str]) -> web.Response:
            known.append(follower.moments[-1].timestamp() == int(heard["CreateTime"]))
            return web.Response(text="success")

        bot.answer = answer
        actions = [
            {"at": (moment(START) + timedelta(hours=n)).isoformat(), "do": "follow", "from": f"m{n}"}
            for n in range(1, 21)
        ]
        await played.post("schedule", actions=actions)
        await played.post("clock", advance="1d")
    return known


async def test_a_follower_knows_the_time_before_a_callback_stamped_with_it_arrives(
    played: Stage, bot: Bot
) -> None:
    assert await knowledge(played, bot) == [True] * 20


async def test_a_clock_that_did_not_wait_for_its_followers_would_be_caught(
    played: Stage, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def careless(self: Timekeeper, stop: datetime) -> None:
        self._world.clock.set(stop)

    monkeypatch.setattr(Timekeeper, "_turn", careless)
    assert not all(await knowledge(played, bot))


async def test_the_clock_stands_while_a_call_is_in_flight(played: Stage, bot: Bot) -> None:
    await played.post("follow", from_="小明")
    openid = await played.openid("小明")
    await played.register(bot.url, latency=0.3, verify=False)
    played.token = await played.fetch_token()
    call = asyncio.create_task(played.send_text(openid))
    await asyncio.sleep(0.05)
    await played.post("clock", advance="1d")
    assert call.done()
    assert await call == 0
    assert (await played.get("outbox", route="customer_service"))[0]["at"] == START
