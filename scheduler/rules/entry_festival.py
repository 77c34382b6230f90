"""Entry by a day of the calendar that is everybody's: a festival, a solar term, a day of the lunar year."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.lifecycle.anniversaries import MORNING, come_since, occurrence
from bot.domain.lifecycle.entry import Change, Entry, Occasion
from bot.domain.lifecycle.kinds import EntryKind, Fields
from bot.domain.lifecycle.spans import NO_SPAN, Span
from bot.domain.members import Member


@dataclass(frozen=True, slots=True)
class ByFestival(Entry):
    """Opens `offset` before or after each of the days, when the member's clock shows `at`."""

    name: str
    days: tuple[date, ...]
    offset: Span = NO_SPAN
    at: time = MORNING

    @property
    def has_key(self) -> bool:
        """Return True: the day tells occasions apart."""
        return True

    @property
    def by_time(self) -> bool:
        """Return True."""
        return True

    def occasions(self, change: Change) -> tuple[Occasion, ...]:
        """Return the occasions since the last look, unless they are too long ago."""
        near = self._around(change.now) if change.since is not None else ()
        days = ((day, self._moment(day, change.zone)) for day in near)
        return tuple(
            Occasion(day.isoformat(), {"date": day.isoformat(), "festival": self.name})
            for day in come_since(days, change.since, change.now)
        )

    def next_at(self, member: Member, now: datetime, zone: ZoneInfo) -> datetime | None:
        """Return the next occurrence."""
        del member
        coming = (self._moment(day, zone) for day in self._around(now))
        return min((moment for moment in coming if moment > now), default=None)

    def _around(self, now: datetime) -> tuple[date, ...]:
        """Return the days near now: asked of every member, so not all of them are tried each time."""
        today = (now - timedelta(days=self.offset.days)).date()
        place = bisect_right(self.days, today)
        return self.days[max(0, place - 2) : place + 3]

    def _moment(self, day: date, zone: ZoneInfo) -> datetime:
        return occurrence(day, self.offset, self.at, zone)


def read(fields: Fields) -> ByFestival:
    """Return the entry as the file states it."""
    name, days = fields.feast("festival")
    return ByFestival(name, days, fields.span("offset") or NO_SPAN, fields.clock("at") or MORNING)


RULE_KIND = EntryKind("festival", read)
