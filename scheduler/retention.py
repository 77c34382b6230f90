"""The nightly cleaning: what was kept as long as the configuration says goes, a page a transaction."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from storage import audit, retention
from storage.database import Connection, Database
from storage.retention import SWEEPS, Sweep

# When nobody writes much; the scores of the night are worked out before.
AT = time(4)


@dataclass(slots=True)
class Cleaning:
    """A pass of the heart that works once a night; it makes nothing due and stops no virtual clock.

    `kept` is how long each kind is kept; no event goes that a condition may still count (`counted`).
    """

    database: Database
    zone: ZoneInfo
    kept: Mapping[str, timedelta]
    counted: timedelta = timedelta()
    _night: date | None = None
    _left: list[Sweep] = field(default_factory=list)
    _done: dict[str, int] = field(default_factory=dict)

    async def run(self, now: datetime) -> int:
        """Clean one page, if it is night and something is left; the rest is the next beat's. Returns 0."""
        local = now.astimezone(self.zone)
        if local.time() >= AT and self._night != local.date():
            self._night, self._left, self._done = local.date(), list(due(self.kept)), {}
        if not self._left:
            return 0
        sweep = self._left[0]
        before = now - span(sweep, self.kept, self.counted)
        changed, more = await self.database.write(
            partial(retention.page, sweep=sweep, before=before, now=now)
        )
        self._done[sweep.name] = self._done.get(sweep.name, 0) + changed
        if not more:
            self._left.pop(0)
        if not self._left:
            await self._note(now)
        return 0

    async def _note(self, now: datetime) -> None:
        told, self._done = {name: count for name, count in self._done.items() if count}, {}
        if told:
            await self.database.write(partial(note, told=told, now=now))


def due(kept: Mapping[str, timedelta]) -> Iterator[Sweep]:
    """Yield the sweeps of what the configuration keeps for a time only."""
    return (sweep for sweep in SWEEPS.values() if sweep.kept in kept)


def span(sweep: Sweep, kept: Mapping[str, timedelta], counted: timedelta) -> timedelta:
    """Return how long a sweep's rows are kept: as configured, and while some condition counts them."""
    return max(kept[sweep.kept], counted) if sweep.kept == "events" else kept[sweep.kept]


def note(c: Connection, told: Mapping[str, int], now: datetime) -> None:
    """Note in the audit what went."""
    audit.note(c, audit.Entry("hetang", "retention", "", dict(told)), now)
