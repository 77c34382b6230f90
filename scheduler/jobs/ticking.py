"""The tick: APScheduler wakes us every second, and that is all it does.

It computes with the wall clock. One stepped forward by a day would make it count 86,400 missed seconds; one
stepped back would let it sleep until the old time comes again. Neither may stop us.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from bot.domain.clock import Clock, monotonic

SECOND = timedelta(seconds=1)
# Without a tick for so long, by the clock nobody steps, the wall clock was stepped back.
SILENT_S = 2.5

log = structlog.get_logger("jobs")


class _EverySecond(BaseTrigger):  # type: ignore[misc]  # APScheduler 3 is not typed
    """A second from now, whatever was missed."""

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        return now + SECOND


class Ticker:
    """Wakes `work` every second of real time with the clock's moment; one at a time, none queued up."""

    def __init__(self, clock: Clock, zone: ZoneInfo, work: Callable[[datetime], Awaitable[object]]) -> None:
        """Prepare the ticking; `start` begins it."""
        self._clock = clock
        self._work = work
        self._ticked_at = 0.0
        self._watching: asyncio.Task[None] | None = None
        self._scheduler = AsyncIOScheduler(timezone=zone)
        self._scheduler.add_job(
            self.tick,
            _EverySecond(),
            id="tick",
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )

    def start(self) -> None:
        """Begin to tick on the running event loop."""
        self._ticked_at = monotonic()
        self._scheduler.start()
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    def stop(self) -> None:
        """Tick no more; what is under way goes on to its end."""
        if self._watching is not None:
            self._watching.cancel()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def tick(self) -> None:
        """Do one tick's work; a failure is logged and the next second tries again."""
        self._ticked_at = monotonic()
        try:
            await self._work(self._clock.now())
        except Exception:  # the outermost loop of time
            log.exception("tick_failed")

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(SILENT_S)
            if monotonic() - self._ticked_at > SILENT_S:
                self._scheduler.reschedule_job("tick", trigger=_EverySecond())
