"""What is under way right now: calls in, callbacks out, and how far each follower of the clock has come."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.sandbox.clock import Clock

SILENT_AFTER = 2.0
_HOLD = 1.0


class Bell:
    """Wakes everybody who listens at the moment of ringing."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake the listeners."""
        self._rung.set()
        self._rung = asyncio.Event()

    async def listen(self, timeout_s: float | None) -> None:
        """Return at the next ring, or after ``timeout_s`` seconds of real time."""
        rung = self._rung
        try:
            async with asyncio.timeout(timeout_s):
                await rung.wait()
        except TimeoutError:
            return


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

    def done(self, clock: Clock, this_round: int) -> bool:
        """Whether it has said, since the last flight landed, that the present holds no more work for it."""
        now = clock.now()
        up_to_date = self.seen == now or not clock.frozen
        return up_to_date and self.round == this_round and (self.next_due is None or self.next_due > now)


class Presence:
    """Counts flights and keeps followers.

    A *round* ends whenever the last flight lands: what a follower said before that is stale, since a
    landed callback may have given it new work. ``news`` rings for followers, ``reports`` for whoever
    moves the clock, ``plans`` for whoever plays what becomes due.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._closing = False
        self.news, self.reports, self.plans = Bell(), Bell(), Bell()
        self.flights = 0
        self.round = 0
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
            self.news.ring()
            self.reports.ring()

    def close(self) -> None:
        """Let go of every held report: the server is stopping."""
        self._closing = True
        self.news.ring()

    def start_over(self) -> None:
        """Forget the followers, and tell everybody that the clock has changed."""
        self.followers.clear()
        for bell in (self.news, self.reports, self.plans):
            bell.ring()

    async def follow(self, name: str, seen: datetime | None, next_due: datetime | None) -> datetime:
        """Note a follower's report, hold it while nothing is new (1 s of real time at most); the time."""
        me = self.followers.setdefault(name, Follower())
        me.seen, me.next_due, me.round = seen, next_due, self.round
        me.holding += 1
        self.reports.ring()
        try:
            await self._hold(me, seen, next_due)
        finally:
            me.holding -= 1
            me.heard = asyncio.get_running_loop().time()
        return self._clock.now()

    async def _hold(self, me: Follower, seen: datetime | None, next_due: datetime | None) -> None:
        loop = asyncio.get_running_loop()
        ends = loop.time() + _HOLD
        frozen = self._clock.frozen
        if not frozen and next_due is not None:
            due_in = (next_due - self._clock.now()).total_seconds()
            ends = min(ends, loop.time() + max(0.01, due_in))
        while not self._closing and frozen == self._clock.frozen and loop.time() < ends:
            if frozen and (seen != self._clock.now() or me.round != self.round):
                return
            await self.news.listen(ends - loop.time())

    def living(self) -> list[Follower]:
        """The followers that count."""
        at = asyncio.get_running_loop().time()
        return [follower for follower in self.followers.values() if follower.alive(at)]

    def waiting_for(self) -> list[str]:
        """Names of the living followers that have not said they are done with the present moment."""
        at = asyncio.get_running_loop().time()
        return [
            name
            for name, one in self.followers.items()
            if one.alive(at) and not one.done(self._clock, self.round)
        ]
