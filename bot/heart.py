"""The heartbeat: everything that time has made due, done until nothing is, by one clock."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.domain.clock import Clock, monotonic
from bot.domain.errors import StorageUnavailable

Pass = Callable[[datetime], Awaitable[int]]
NextDue = Callable[[datetime], Awaitable[datetime | None]]
# One beat makes work for the next (a run wakes, a message leaves, the run goes on); this many is a loop.
MOST_ROUNDS = 1000

log = structlog.get_logger("heart")


@dataclass(slots=True)
class Pulse:
    """How the heart does: beats so far, all their seconds, the last one's end, and how many broke off."""

    beats: int = 0
    seconds: float = 0.0
    last_at: datetime | None = None
    broken: int = 0


class Heart:
    """Runs the passes in turn until all of them find nothing due."""

    def __init__(self, clock: Clock, passes: Sequence[Pass], outlooks: Sequence[NextDue]) -> None:
        """`passes` do what is due and return how much; `outlooks` tell when something is due next."""
        self._clock = clock
        self._passes = passes
        self._outlooks = outlooks
        self._beating = asyncio.Lock()
        self.pulse = Pulse()

    def follow(self, passes: Sequence[Pass], outlooks: Sequence[NextDue]) -> None:
        """Do other work from the next round on; for a configuration swapped in."""
        self._passes = passes
        self._outlooks = outlooks

    async def beat(self) -> int:
        """Do everything due now; return how much was done. A lost database ends the beat quietly."""
        began = monotonic()
        broken = self.pulse.broken
        try:
            return await self._beat()
        finally:
            self.pulse.beats += 1
            self.pulse.seconds += monotonic() - began
            if self.pulse.broken == broken:
                self.pulse.last_at = self._clock.now()

    async def _beat(self) -> int:
        done = 0
        async with self._beating:
            try:
                for _ in range(MOST_ROUNDS):
                    found = 0
                    for each in self._passes:
                        found += await each(self._clock.now())
                    done += found
                    if not found:
                        return done
            except StorageUnavailable as error:
                log.warning("beat_interrupted", error=str(error))
                self.pulse.broken += 1
                return done
            except Exception:  # the heart must go on; what failed stays due and is tried again
                log.exception("beat_failed")
                self.pulse.broken += 1
                return done
        log.error("beat_without_end", done=done)
        return done

    async def tick(self, _now: datetime) -> int:
        """Beat, unless a beat is under way already; for a clock that does not wait for us."""
        return 0 if self._beating.locked() else await self.beat()

    async def settle(self) -> datetime | None:
        """Beat, and return when something is due next; for a clock that waits for us."""
        for _ in range(MOST_ROUNDS):
            await self.beat()
            next_due = await self.next_due()
            # A callback may have made work after the beat looked; then there is no going on yet.
            if next_due is None or next_due > self._clock.now():
                break
        return next_due

    async def next_due(self) -> datetime | None:
        """Return the earliest moment at which something becomes due."""
        now = self._clock.now()
        try:
            found = [await outlook(now) for outlook in self._outlooks]
        except StorageUnavailable:
            return None
        return min((moment for moment in found if moment is not None), default=None)
