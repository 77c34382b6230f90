"""Short lives of the program: a parent that has loaded everything forks children which send until killed.

Starting Python and importing the program takes seconds; a campaign with hundreds of kills cannot wait for
that. A child is the whole program as `run` serves it (`bot.app.serving`), so nothing but the imports and the
reading of the configuration is left out of a life.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import uvloop

from bot import logs
from bot.app import load, serving
from bot.asking import Told
from bot.channels._official import sends
from bot.config import Config
from bot.dispatcher import Dispatcher
from bot.domain.channel import Callback, Channel, Delivery
from bot.domain.content import Content
from bot.domain.delivery.departures import Departure
from bot.domain.delivery.policy import DeliveryPolicy
from storage import outbox
from storage.database import Connection
from storage.outbox import doubts
from tests.whole import ENVIRONMENT, ROOT

# https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html
PR_SET_PDEATHSIG = 1


def loaded(path: Path) -> Config:
    """Return the configuration; pooled messages leave at any time, not at two a day."""
    config = load(path, ENVIRONMENT)
    routes = {
        name: replace(route, batch=replace(route.batch, at=())) if route.batch else route
        for name, route in config.routes.items()
    }
    return replace(config, routes=routes)


async def live(config: Config) -> None:
    """Do what is due until killed."""
    async with serving(config, role="worker"):
        print(f"sending {os.getpid()}", flush=True)
        await asyncio.Event().wait()


async def everything(config: Config) -> None:
    """Be the whole program, on a port of its own, until killed."""
    async with serving(config, port=0):
        print(f"sending {os.getpid()}", flush=True)
        await asyncio.Event().wait()


async def serve(config: Config) -> None:
    """Answer callbacks until killed."""
    async with serving(config, role="web"):
        print(f"serving {os.getpid()}", flush=True)
        await asyncio.Event().wait()


def forget_doubts() -> None:
    """Take the sender's defences away: what was not recorded is sent again, each call with a new key."""

    def adopt(c: Connection, owner: str, policy: DeliveryPolicy, now: datetime) -> list[Departure]:
        for row in doubts.orphans(c, owner, now):
            doubts._requeue(c, row.id, now)
        return []

    def template_message(delivery: Delivery, content: Content) -> tuple[str, sends.Body]:
        path, body = honest(delivery, content)
        return path, body | {"client_msg_id": secrets.token_hex(16)}

    honest = sends._template_message
    sends._BUILDERS = {**sends._BUILDERS, "template_message": template_message}
    outbox.adopt = adopt


def answer_early() -> None:
    """Take the door's defence away: a callback is acknowledged first and stored from a queue in memory."""

    async def later(dispatcher: Dispatcher, callback: Callback, channel: Channel) -> None:
        await asyncio.sleep(0.05)
        honest(dispatcher, callback, channel, lambda _found: None)

    def submit(dispatcher: Dispatcher, callback: Callback, channel: Channel, told: Told) -> None:
        QUEUE.add(asyncio.create_task(later(dispatcher, callback, channel)))
        told(b"success")

    honest = Dispatcher.submit
    Dispatcher.submit = submit  # type: ignore[assignment, method-assign]  # the sabotage


QUEUE: set[asyncio.Task[None]] = set()
SABOTAGE = {"honest": lambda: None, "forget_doubts": forget_doubts, "answer_early": answer_early}
LIVES = {"live": live, "everything": everything, "serve": serve}


def parent(path: str, way: str) -> None:
    """Fork a child for each line read, which says what it does; say its process id; reap those that ended."""
    logs.configure("CRITICAL")
    config = loaded(Path(path))
    SABOTAGE[way]()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("loaded 0", flush=True)
    while kind := sys.stdin.readline().strip():
        child = os.fork()
        if child == 0:
            # Whoever ends us ends our children too, however it is done.
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            with contextlib.suppress(KeyboardInterrupt):
                uvloop.run(LIVES[kind](config))
            os._exit(0)
        print(f"born {child}", flush=True)


@dataclass
class Nursery:
    """Begins lives, one after another, and ends them."""

    process: subprocess.Popen[str]
    life: int = 0

    def expect(self, word: str) -> int:
        """Wait for a word of the parent or of a child; return the process id it says."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            said, _, number = line.partition(" ")
            if said == word:
                return int(number)
        raise EOFError(word)

    async def begin(self, kind: str = "live") -> None:
        """Begin a life that sends, or one that serves."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{kind}\n")
        self.process.stdin.flush()
        self.life = await asyncio.to_thread(self.expect, "born")

    async def ready(self, word: str = "sending") -> None:
        """Wait until this life says that it has begun."""
        async with asyncio.timeout(30):
            while await asyncio.to_thread(self.expect, word) != self.life:
                pass

    def kill(self) -> None:
        """End this life at once; raise ProcessLookupError if it has ended by itself."""
        life, self.life = self.life, 0
        os.kill(life, signal.SIGKILL)


@contextlib.contextmanager
def nursery(config: Path, way: str = "honest") -> Iterator[Nursery]:
    """A parent of lives with this configuration."""
    with (config.parent / "lives.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.lives", str(config), way],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, cwd=ROOT,
        )  # fmt: skip
    try:
        found = Nursery(process)
        found.expect("loaded")
        yield found
        if found.life:
            found.kill()
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(10)
        assert process.stdout is not None
        process.stdout.close()


if __name__ == "__main__":
    parent(sys.argv[1], sys.argv[2])
