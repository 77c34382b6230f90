"""PostgreSQL gone, killed and restarted under the program: refused at once, back by itself, nothing lost."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import psycopg
import pytest

from storage.migrate import upgrade
from tests.conftest import missing
from tests.faults.lives import nursery
from tests.faults.speakers import Speakers
from tests.faults.test_killed_doors import per_member, stored
from tests.faults.town import write_config
from tools.with_postgres import Programs, find_programs, free_port, other_user

RESTARTS = 3
MEMBERS = 8
QUICK_S = 1.0
BACK_WITHIN_S = 5.0
# The platform waits so long for an answer.
PATIENCE_S = 5.0


@dataclass
class Server:
    """A PostgreSQL server of our own: what it has committed outlives it, however it is ended."""

    programs: Programs
    home: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def prepare(self) -> None:
        user = other_user()
        if user:
            shutil.chown(self.home, user)
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        command: list[str | Path] = [self.programs.initdb, "-D", self.home / "data", *options]
        subprocess.run(command, user=user, cwd=self.home, check=True, capture_output=True, timeout=60)

    def start(self) -> None:
        # The machine stays up, so there is nothing to sync for; a commit must still wait for its record.
        settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "timezone=UTC"]
        options = [part for one in settings for part in ("-c", one)]
        self.process = subprocess.Popen(
            [self.programs.postgres, "-D", self.home / "data", "-p", str(self.port), *options],
            user=other_user(), cwd=self.home, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        ends = time.monotonic() + 30
        while time.monotonic() < ends:
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(f"postgresql://postgres@127.0.0.1:{self.port}/postgres").close()
                return
            time.sleep(0.05)
        raise AssertionError("PostgreSQL did not start")

    def end(self) -> None:
        """Immediate: nothing is flushed or said goodbye to, as after a power cut of the process."""
        if self.process is not None:
            os.kill(self.process.pid, signal.SIGQUIT)
            self.process.wait(20)
            self.process = None


@pytest.fixture
def server() -> Iterator[Server]:
    programs = find_programs()
    if programs is None:
        missing("no PostgreSQL programs to start a server of our own; `make pg` gets them")
    home = Path(tempfile.mkdtemp(prefix="hetang-faults-"))
    found = Server(programs, home)
    try:
        found.prepare()
        found.start()
        upgrade(found.url)
        yield found
    finally:
        found.end()
        shutil.rmtree(home, ignore_errors=True)


async def back_after(speakers: Speakers) -> float:
    """Seconds until a message is taken again."""
    began = time.monotonic()
    taken = len(speakers.acknowledged)
    while time.monotonic() < began + 30:
        if len(speakers.acknowledged) > taken:
            return time.monotonic() - began
        await asyncio.sleep(0.02)
    raise AssertionError("it never came back")


@pytest.mark.timeout(120)
async def test_a_server_ended_at_once_and_started_again_loses_nothing_acknowledged(
    tmp_path: Path, server: Server
) -> None:
    port = free_port()
    config = write_config(tmp_path, "http://127.0.0.1:1", server.url, port=port)
    quiet, backs, downs = asyncio.Event(), [], []
    async with aiohttp.ClientSession() as session:
        speakers = Speakers(f"http://127.0.0.1:{port}", session, pause_s=0.05)
        with nursery(config) as lives:
            await lives.begin("serve")
            await lives.ready("serving")
            talks = [asyncio.create_task(speakers.chatter(one, quiet, 0.01)) for one in range(1, MEMBERS + 1)]
            for _ in range(RESTARTS):
                await asyncio.sleep(1)
                await asyncio.to_thread(server.end)
                since = len(speakers.statuses)
                await asyncio.sleep(1)
                downs += speakers.statuses[since:]
                await asyncio.to_thread(server.start)
                backs.append(await back_after(speakers))
            quiet.set()
            await asyncio.gather(*talks)
        refusals = sorted(took for _, took in downs)
        usual = refusals[int(len(refusals) * 0.99)]
        print(
            f"{RESTARTS} restarts: {len(speakers.acknowledged)} acknowledged of {len(speakers.spoken)};"
            f" {len(downs)} refused, 99 % within {usual:.2f} s; back after {max(backs):.2f} s"
        )
        events, tallies = stored(server.url)
        assert {status for status, _ in downs} == {503}
        assert usual < QUICK_S
        assert refusals[-1] < PATIENCE_S
        assert max(backs) <= BACK_WITHIN_S
        assert per_member(speakers.acknowledged) <= events <= per_member(speakers.spoken)
        assert events == tallies


@pytest.mark.timeout(120)
async def test_a_door_that_acknowledges_first_loses_what_came_while_the_server_was_gone(
    tmp_path: Path, server: Server
) -> None:
    # The sabotage twin.
    port = free_port()
    config = write_config(tmp_path, "http://127.0.0.1:1", server.url, port=port)
    async with aiohttp.ClientSession() as session:
        speakers = Speakers(f"http://127.0.0.1:{port}", session)
        with nursery(config, "answer_early") as lives:
            await lives.begin("serve")
            await lives.ready("serving")
            await asyncio.to_thread(server.end)
            await asyncio.gather(*(speakers.say(one, one * 1_000_000) for one in range(1, 20)))
            await asyncio.sleep(0.5)
            await asyncio.to_thread(server.start)
        events, _ = stored(server.url)
        assert sum(events.values()) < len(speakers.acknowledged) == 19
