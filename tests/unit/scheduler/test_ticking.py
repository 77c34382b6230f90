"""The tick wakes the work and outlives its failures."""

from __future__ import annotations

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

from scheduler.jobs import Ticker
from tests.fakes import ManualClock

SHANGHAI = ZoneInfo("Asia/Shanghai")


async def test_the_work_is_woken_with_the_clocks_moment_every_second() -> None:
    clock, seen = ManualClock(), []
    twice = asyncio.Event()

    async def work(now: datetime) -> None:
        seen.append(now)
        if len(seen) == 2:
            twice.set()

    ticker = Ticker(clock, SHANGHAI, work)
    ticker.start()
    try:
        await asyncio.wait_for(twice.wait(), 20)
    finally:
        ticker.stop()
    assert set(seen) == {clock.now()}


async def test_a_failed_tick_is_followed_by_the_next() -> None:
    clock = ManualClock()
    calls = 0

    async def work(_now: datetime) -> None:
        nonlocal calls
        calls += 1
        raise ValueError("broken")

    ticker = Ticker(clock, SHANGHAI, work)
    await ticker.tick()
    await ticker.tick()
    assert calls == 2


async def test_stopping_what_never_started_is_harmless() -> None:
    async def work(_now: datetime) -> None:
        raise AssertionError("never called")

    Ticker(ManualClock(), SHANGHAI, work).stop()


async def test_a_slow_tick_is_not_joined_by_another() -> None:
    running = most = 0
    done = asyncio.Event()

    async def work(_now: datetime) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(2.5)
        running -= 1
        done.set()

    ticker = Ticker(ManualClock(), SHANGHAI, work)
    ticker.start()
    try:
        await asyncio.wait_for(done.wait(), 20)
    finally:
        ticker.stop()
    assert most == 1
