"""The wall clock is set wrong and right again under the program: all in its time, and once."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Self

import aiohttp
import apscheduler.executors.base
import apscheduler.schedulers.base
import apscheduler.triggers.interval
import pytest
from apscheduler.triggers.interval import IntervalTrigger

import bot.app
import bot.domain.clock
import bot.watching
from bot.app import load, serving
from bot.domain.alarms import MOST_DRIFT
from scheduler.jobs import ticking
from storage import alerts
from tests.faults.speakers import Speakers
from tests.faults.town import Town, message, town, wall_now, write_config
from tests.whole import ENVIRONMENT
from tools.with_postgres import free_port

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STEPS = (HOUR, -HOUR, DAY, -DAY, timedelta())
APART_S = 3.0


class Wall(datetime):
    """The machine's wall clock as whoever sets it wants it; the monotonic one knows nothing of that."""

    ahead = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return super().now(tz) + cls.ahead


class WallClock:
    """The sabotage: a clock that believes the wall."""

    def now(self) -> datetime:
        return Wall.now(UTC)

    def drift(self) -> timedelta:
        return timedelta()


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Wall]]:
    Wall.ahead = timedelta()
    for module in (bot.domain.clock, apscheduler.schedulers.base, apscheduler.executors.base):
        monkeypatch.setattr(module, "datetime", Wall)
    yield Wall
    Wall.ahead = timedelta()


def plan(here: Town, now: datetime) -> dict[str, datetime]:
    """Queue messages due one after another through all steps, and one each for later than the test."""
    span = APART_S * (len(STEPS) + 1)
    members = here.people(40, now)
    soon = [
        replace(message("customer_service", one, now), due_at=now + timedelta(seconds=span * number / 36))
        for number, one in enumerate(members[:36])
    ]
    later = [
        replace(message("customer_service", one, now, lasts=3 * DAY), due_at=now + wait)
        for one, wait in zip(members[36:], (HOUR / 2, HOUR, DAY / 2, DAY), strict=True)
    ]
    here.queue([*soon, *later])
    return {f"第 {one.member_id} 号": one.due_at for one in (*soon, *later)}


def told(here: Town) -> list[tuple[str, datetime]]:
    return [
        (row["text"].strip(), datetime.fromisoformat(row["at"]))
        for row in here.platform.world.record.outbox
        if row["route"] == "customer_service"
    ]


async def live_through_steps(here: Town, folder: Path, database_url: str, wall: type[Wall]) -> list[float]:
    """Step the wall clock while the program works; return the longest silence of its heart each time."""
    port = free_port()
    config = load(write_config(folder, here.platform.url, database_url, port=port), ENVIRONMENT)
    silences = []
    async with serving(config) as program, aiohttp.ClientSession() as session:
        speakers = Speakers(program.url, session)
        for number, step in enumerate(STEPS):
            wall.ahead = step
            beats, longest, since = program.heart.pulse.beats, 0.0, time.monotonic()
            ends = since + APART_S
            while time.monotonic() < ends:
                if program.heart.pulse.beats > beats:
                    beats, since = program.heart.pulse.beats, time.monotonic()
                longest = max(longest, time.monotonic() - since)
                await asyncio.sleep(0.02)
            silences.append(longest)
            await speakers.say(1, 1_000_000 + number)
            async with session.get(f"{program.url}/readyz") as answer:
                check = (await answer.json())["checks"]["clock"]
                assert check["ok"] is (abs(step) <= MOST_DRIFT), check
            names = {one.name for one in here.database.transact(alerts.standing)}
            assert ("clock" in names) is bool(step)
        await asyncio.sleep(APART_S)
    assert len(speakers.acknowledged) == len(STEPS), speakers.statuses
    return silences


@pytest.mark.alone
@pytest.mark.timeout(120)
async def test_every_due_message_leaves_once_and_none_before_its_time_whatever_the_wall_says(
    tmp_path: Path, sqlite_url: str, wall: type[Wall], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.watching, "EVERY", timedelta(seconds=1))
    async with town(sqlite_url) as here:
        due = plan(here, wall_now())
        silences = await live_through_steps(here, tmp_path, sqlite_url, wall)
        sent = told(here)
        fetches = sum(row["path"] == "/cgi-bin/stable_token" for row in here.platform.world.record.log)
    late = max(at - due[words] for words, at in sent)
    print(f"{len(sent)} sent through {len(STEPS)} steps, the latest {late.total_seconds():.1f} s late;")
    print(f"the heart's longest silence {max(silences):.1f} s; {fetches} token fetched")
    assert Counter(words for words, _ in sent) == Counter(list(due)[:36])
    assert all(at >= due[words] for words, at in sent)
    assert late < timedelta(seconds=3)
    assert max(silences) < APART_S
    assert fetches == 1


@pytest.mark.timeout(120)
async def test_a_clock_that_believes_the_wall_sends_before_the_time(
    tmp_path: Path, sqlite_url: str, wall: type[Wall], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The sabotage twin.
    monkeypatch.setattr(bot.app, "SystemClock", WallClock)
    async with town(sqlite_url) as here:
        due = plan(here, wall_now())
        config = load(write_config(tmp_path, here.platform.url, sqlite_url, port=free_port()), ENVIRONMENT)
        async with serving(config, role="worker"):
            wall.ahead = DAY
            await asyncio.sleep(APART_S)
        assert any(at < due[words] for words, at in told(here))


@pytest.mark.timeout(120)
async def test_a_ticker_that_counts_by_the_wall_falls_silent_when_that_is_set_back(
    tmp_path: Path, sqlite_url: str, wall: type[Wall], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The sabotage twin: APScheduler's own interval, watched by nobody.
    monkeypatch.setattr(apscheduler.triggers.interval, "datetime", Wall)
    monkeypatch.setattr(ticking, "_EverySecond", lambda: IntervalTrigger(seconds=1))
    monkeypatch.setattr(ticking, "SILENT_S", 1e6)
    monkeypatch.setattr(bot.watching, "EVERY", timedelta(seconds=1))
    async with town(sqlite_url) as here:
        config = load(write_config(tmp_path, here.platform.url, sqlite_url, port=free_port()), ENVIRONMENT)
        async with serving(config) as program:
            await asyncio.sleep(1.5)
            wall.ahead = -HOUR
            await asyncio.sleep(1.5)
            beats = program.heart.pulse.beats
            await asyncio.sleep(APART_S)
            assert program.heart.pulse.beats == beats
