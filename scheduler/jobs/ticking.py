"""The tick: APScheduler wakes us every second, and that is all it does."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.domain.clock import Clock

log = structlog.get_logger("jobs")


class Ticker:
    """Wakes `work` every second of real time with the clock's moment; one at a time, none queued up."""

    def __init__(self, clock: Clock, zone: ZoneInfo, work: Callable[[datetime], Awaitable[object]]) -> None:
        """Prepare the ticking; `start` begins it."""
        self._clock = clock
        self._work = work
        self._scheduler = AsyncIOScheduler(timezone=zone)
        self._scheduler.add_job(
            self.tick,
            IntervalTrigger(seconds=1, timezone=zone),
            id="tick",
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )

    def start(self) -> None:
        """Begin to tick on the running event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Tick no more; what is under way goes on to its end."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def tick(self) -> None:
        """Do one tick's work; a failure is logged and the next second tries again."""
        try:
            await self._work(self._clock.now())
        except Exception:  # the outermost loop of time
            log.exception("tick_failed")
