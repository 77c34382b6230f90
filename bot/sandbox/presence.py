"""What is under way right now: calls in, callbacks out, and how far each follower of the clock has come."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.sandbox.clock import Clock

SILENT_AFTER = 2.0
_HOLD = 1.0


@dataclass(slots=True)
class Follower:
    """A program that lives by the sandbox's clock: what it said last, and when (loop seconds)."""

    seen: datetime | None = None
    next_due: datetime | None = None
    round: int = -1
    holding: int = 0
    heard: float = 0.0

    def alive(self, at: float) -> bool:
        """Whether it is waiting for us or spoke within the last two seconds of real time."""
        return self.holding > 0 or at - self.heard < SILENT_AFTER


class Presence:
    """Counts flights and keeps followers.

    A *round* ends whenever the last flight lands: what a follower said before that is stale, since a
    landed callback may have given it new work.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = asyncio.Event()
        self.flights = 0
        self.round = 0
        self._closing = False
        self.followers: dict[str, Follower] = {}

    @contextmanager
    def flight(self) -> Iterator[None]:
        """Count one call or callback while it lasts."""
        self.take_off()
        try:
            yield
        finally:
            self.land()

    def take_off(self) -> None:
        """Something has started."""
        self.flights += 1

    def land(self) -> None:
        """Something has ended; with the last of them the round ends too."""
        self.flights -= 1
        if self.flights == 0:
            self.round += 1
            self.touch()

    def close(self) -> None:
        """Let go of every held report: the server is stopping."""
        self._closing = True
        self.touch()

    def touch(self) -> None:
        """Wake everybody who waits for a change."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def change(self, timeout_s: float | None) -> None:
        """Return after the next change, or after ``timeout_s`` seconds of real time."""
        changed = self._changed
        try:
            async with asyncio.timeout(timeout_s):
                await changed.wait()
        except TimeoutError:
            return

    async def follow(self, name: str, seen: datetime | None, next_due: datetime | None) -> datetime:
        """Note a follower's report, hold it while nothing is new (1 s of real time at most); the time."""
        me = self.followers.setdefault(name, Follower())
        me.seen, me.next_due, me.round = seen, next_due, self.round
        me.holding += 1
        self.touch()
        try:
            await self._hold(me, seen, next_due)
        finally:
            me.holding -= 1
            me.heard = asyncio.get_running_loop().time()
        return self._clock.now()

    async def _hold(self, me: Follower, seen: datetime | None, next_due: datetime | None) -> None:
        loop = asyncio.get_running_loop()
        ends = loop.time() + _HOLD
        if not self._clock.frozen and next_due is not None:
            due_in = (next_due - self._clock.now()).total_seconds()
            ends = min(ends, loop.time() + max(0.01, due_in))
        frozen = self._clock.frozen
        while not self._closing and frozen == self._clock.frozen and loop.time() < ends:
            if frozen and (seen != self._clock.now() or me.round != self.round):
                return
            await self.change(ends - loop.time())

    def living(self) -> list[Follower]:
        """The followers that count."""
        at = asyncio.get_running_loop().time()
        return [follower for follower in self.followers.values() if follower.alive(at)]

    def waiting_for(self) -> list[str]:
        """Names of the living followers that have not said they are done with the present moment."""
        now = self._clock.now()
        at = asyncio.get_running_loop().time()
        return [name for name, one in self.followers.items() if one.alive(at) and not self._done(one, now)]

    def _done(self, one: Follower, now: datetime) -> bool:
        up_to_date = one.seen == now or not self._clock.frozen
        return up_to_date and one.round == self.round and (one.next_due is None or one.next_due > now)
