"""The heartbeat: everything that time has made due, done until nothing is, by one clock."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.domain.clock import Clock, monotonic
from bot.domain.errors import StorageUnavailable

Pass = Callable[[datetime], Awaitable[int]]
# One beat makes work for the next (a run wakes, a message leaves, the run goes on); this many is a loop.
MOST_ROUNDS = 1000

log = structlog.get_logger("heart")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look shows of one pass: whether it has anything to do, and when time brings it more."""

    due: bool
    next_at: datetime | None

    @classmethod
    def at(cls, moment: datetime | None, now: datetime) -> "Seen":
        """Return what a pass shows that has to do at this moment, or never by time alone."""
        return cls(moment is not None and moment <= now, moment)


@dataclass(frozen=True, slots=True)
class Work:
    """What beats do: `passes` do what is due and return how much, `look` tells of each what it has to do.

    Most beats find nothing, so one look for all of them stands in the place of one for each. `besides`
    have minds of their own: they are asked every round and stop no clock.
    """

    passes: Sequence[Pass]
    look: Callable[[datetime], Awaitable[Sequence[Seen]]]
    besides: Sequence[Pass] = ()


@dataclass(slots=True)
class Pulse:
    """How the heart does: beats so far, all their seconds, the last one's end, and how many broke off."""

    beats: int = 0
    seconds: float = 0.0
    last_at: datetime | None = None
    broken: int = 0


class Heart:
    """Runs the passes in turn until all of them find nothing due."""

    def __init__(self, clock: Clock, work: Work) -> None:
        """Beat by this clock."""
        self._clock = clock
        self._work = work
        self._beating = asyncio.Lock()
        self._next_at: datetime | None = None
        self._stirred = False
        self.pulse = Pulse()

    def follow(self, work: Work) -> None:
        """Do other work from the next round on; for a configuration swapped in."""
        self._work = work

    def stir(self) -> None:
        """Know that a commit made something due: what was looked at before says nothing any more."""
        self._stirred = True

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
                    found = await self._round()
                    done += found
                    if not found:
                        return done
            except StorageUnavailable as error:
                log.warning("beat_interrupted", error=str(error))
                self._broke()
                return done
            except Exception:  # the heart must go on; what failed stays due and is tried again
                log.exception("beat_failed")
                self._broke()
                return done
        log.error("beat_without_end", done=done)
        return done

    async def _round(self) -> int:
        """Run the passes that have something to do, and those after one that made more of it."""
        self._stirred = False
        seen = await self._work.look(self._clock.now())
        self._next_at = min((one.next_at for one in seen if one.next_at is not None), default=None)
        found = 0
        for each, one in zip(self._work.passes, seen, strict=True):
            if one.due or found:
                found += await each(self._clock.now())
        for each in self._work.besides:
            found += await each(self._clock.now())
        return found

    def _broke(self) -> None:
        self.pulse.broken += 1
        self._next_at = None

    async def tick(self, _now: datetime) -> int:
        """Beat, unless a beat is under way already; for a clock that does not wait for us."""
        return 0 if self._beating.locked() else await self.beat()

    async def settle(self) -> datetime | None:
        """Beat, and return when something is due next; for a clock that waits for us."""
        for _ in range(MOST_ROUNDS):
            await self.beat()
            # A callback may have made work after the beat looked; then there is no going on yet.
            late = self._next_at is not None and self._next_at <= self._clock.now()
            if not late and not self._stirred:
                break
        return self._next_at
