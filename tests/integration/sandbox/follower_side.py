"""A program that lives by the sandbox's clock, as the bot does in the demo."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from tests.integration.sandbox.bot_side import Stage

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
