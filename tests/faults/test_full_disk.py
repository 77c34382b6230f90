"""No room for another byte: the platform is told to come back, nobody is lied to, and it passes by itself."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.faults.lives import Nursery, nursery
from tests.faults.speakers import Speakers
from tests.faults.town import write_config
from tools.with_postgres import free_port

QUICK_S = 1.0
BACK_WITHIN_S = 10.0


@dataclass
class Shop:
    """A served shop on a disk whose size we set."""

    lives: Nursery
    speakers: Speakers
    file: Path

    def shrink(self) -> None:
        """No file may grow beyond what the database's log is now, as on a disk that is full."""
        biggest = max(part.stat().st_size for part in self.file.parent.glob(f"{self.file.name}*"))
        self._limit(biggest)

    def grow(self) -> None:
        self._limit(resource.RLIM_INFINITY)

    def _limit(self, size: int) -> None:
        resource.prlimit(self.lives.life, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    async def readiness(self) -> tuple[int, dict[str, Any]]:
        async with self.speakers.session.get(f"{self.speakers.url}/readyz") as response:
            return response.status, await response.json()

    def events(self) -> int:
        with sqlite3.connect(self.file) as c:
            found: int = c.execute("SELECT count(*) FROM event WHERE kind = 'member.message'").fetchone()[0]
            assert c.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            return found


@asynccontextmanager
async def shop(folder: Path, database_url: str, way: str = "honest") -> AsyncIterator[Shop]:
    port = free_port()
    config = write_config(folder, "http://127.0.0.1:1", database_url, port=port)
    async with aiohttp.ClientSession() as session:
        with nursery(config, way) as lives:
            await lives.begin("serve")
            await lives.ready("serving")
            yield Shop(lives, Speakers(f"http://127.0.0.1:{port}", session), folder / "hetang.db")


async def until_refused(speakers: Speakers) -> None:
    for number in range(1, 20_000):
        await speakers.say(1, 1_000_000 + number)
        if speakers.statuses[-1][0] != 200:
            return
    raise AssertionError("the disk never filled")


async def until_taken(speakers: Speakers) -> float:
    """Seconds until a message is acknowledged again."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    number = 0
    while loop.time() < began + 60:
        number += 1
        await speakers.say(2, 2_000_000 + number)
        if speakers.statuses[-1][0] == 200:
            return loop.time() - began
    raise AssertionError("it never came back")


@pytest.mark.timeout(120)
async def test_a_full_disk_refuses_at_once_keeps_its_word_and_recovers_by_itself(
    tmp_path: Path, sqlite_url: str
) -> None:
    async with shop(tmp_path, sqlite_url) as found:
        speakers = found.speakers
        speakers.pause_s = 0.02
        await asyncio.gather(*(speakers.say(one, one * 1_000_000) for one in range(3, 40)))
        found.shrink()
        await until_refused(speakers)
        full_at = len(speakers.statuses)
        await asyncio.gather(*(speakers.say(one, one * 1_000_000 + 1) for one in range(3, 40)))
        while_full = speakers.statuses[full_at:]
        status, body = await found.readiness()
        found.grow()
        back = await until_taken(speakers)
        slowest = max(took for _, took in while_full)
        print(f"{len(while_full)} refused, the slowest after {slowest:.2f} s; back in {back:.2f} s")
        assert {status for status, _ in while_full} == {503}
        assert slowest < QUICK_S
        assert (status, body["checks"]["database"]["ok"]) == (503, False)
        assert back <= BACK_WITHIN_S
        assert (await found.readiness())[0] == 200
        assert found.events() == len(speakers.acknowledged)


@pytest.mark.timeout(120)
async def test_a_door_that_acknowledges_first_lies_on_a_full_disk(tmp_path: Path, sqlite_url: str) -> None:
    # The sabotage twin.
    async with shop(tmp_path, sqlite_url, "answer_early") as found:
        found.speakers.pause_s = 0.02
        await found.speakers.say(1, 1_000_000)
        await asyncio.sleep(0.5)
        found.shrink()
        for number in range(1, 200):
            await found.speakers.say(2, 2_000_000 + number)
        await asyncio.sleep(0.5)
        assert found.events() < len(found.speakers.acknowledged)
