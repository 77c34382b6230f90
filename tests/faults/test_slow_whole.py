"""The real program, started as an operator starts it, among four hundred connections that take their time."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.faults.speakers import Speakers
from tests.faults.test_slow_connections import COUNT, CUT_WITHIN_S, crowd
from tests.faults.town import write_config
from tests.whole import ENVIRONMENT, ROOT
from tools.with_postgres import free_port

GUARDED = "from bot.__main__ import main; main()"
# The sabotage: the same program with a guard that never looks.
UNGUARDED = (
    "import asyncio; from bot.web.guard import ConnectionGuard;"
    "ConnectionGuard._sweep = lambda self: asyncio.sleep(3600); " + GUARDED
)


@asynccontextmanager
async def program(folder: Path, database_url: str, code: str) -> AsyncIterator[str]:
    """`python -m bot run` in a process of its own; yields its address."""
    port = free_port()
    config = write_config(folder, "http://127.0.0.1:1", database_url, port=port)
    url = f"http://127.0.0.1:{port}"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: ASYNC220 - it starts in the background, nothing waits for it
            [sys.executable, "-c", code, "run", "--config", str(config)],
            cwd=ROOT, env={**os.environ, **ENVIRONMENT}, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        await until_healthy(url)
        yield url
    finally:
        process.terminate()
        assert process.wait(30) == 0


async def until_healthy(url: str) -> None:
    ends = time.monotonic() + 40
    async with aiohttp.ClientSession() as session:
        while time.monotonic() < ends:
            try:
                async with session.get(f"{url}/healthz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
    raise AssertionError("the program did not start; see its log")


async def speak(speakers: Speakers, until: asyncio.Event) -> None:
    number = 0
    while not until.is_set():
        number += 1
        await speakers.say(1, 1_000_000 + number)
        await asyncio.sleep(0.05)


@pytest.mark.timeout(120)
async def test_the_real_program_cuts_four_hundred_slow_connections_and_serves_the_honest(
    tmp_path: Path, sqlite_url: str
) -> None:
    gone = asyncio.Event()
    async with program(tmp_path, sqlite_url, GUARDED) as url, aiohttp.ClientSession() as session:
        speakers = Speakers(url, session)
        speaking = asyncio.create_task(speak(speakers, gone))
        lingered = await crowd(url, COUNT)
        gone.set()
        await speaking
    cut = [seconds for seconds in lingered if seconds is not None]
    took = sorted(seconds for _, seconds in speakers.statuses)
    worst = took[int(len(took) * 0.99)]
    print(
        f"{len(cut)} of {COUNT} cut, the last after {max(cut):.1f} s; {len(took)} honest, p99 {worst:.3f} s"
    )
    assert len(cut) == COUNT
    assert max(cut) <= CUT_WITHIN_S
    assert {status for status, _ in speakers.statuses} == {200}
    assert worst < 1.0


@pytest.mark.timeout(120)
async def test_the_same_program_without_its_guard_keeps_them(tmp_path: Path, sqlite_url: str) -> None:
    async with program(tmp_path, sqlite_url, UNGUARDED) as url:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(crowd(url, 30), 12)
