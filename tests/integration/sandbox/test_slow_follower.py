"""A program that takes long over one moment is waited for: time doesn't go on without it."""

import asyncio
from datetime import datetime, timedelta

import aiohttp

from bot import sandbox
from bot.following import FollowedClock, clock_url, follow

START = datetime.fromisoformat("2026-12-01T10:00:00+08:00")
HOUR = timedelta(hours=1)
# Longer than the sandbox waits for a follower that says nothing.
LONG_S = 3.0


async def test_a_follower_busy_for_seconds_misses_no_moment() -> None:
    seen: list[datetime] = []
    busy, following = asyncio.Event(), asyncio.Event()
    async with sandbox.running(seed=1) as platform, aiohttp.ClientSession() as session:
        clock = FollowedClock(START)

        async def settle() -> datetime | None:
            seen.append(clock.now())
            if not busy.is_set() and following.is_set():
                busy.set()
                await asyncio.sleep(LONG_S)
            return START + HOUR if clock.now() < START + HOUR else None

        async def order(**fields: str) -> None:
            async with session.post(f"{platform.url}/_sandbox/clock", json=fields) as answer:
                assert answer.status == 200

        await order(set=START.isoformat())
        task = asyncio.create_task(follow(clock_url(platform.url), "slow", clock, settle, following))
        await busy.wait()
        await asyncio.sleep(LONG_S - 0.5)
        await order(advance="3h")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert START + HOUR in seen
