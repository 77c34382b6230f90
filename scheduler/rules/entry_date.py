"""Entry by a date of the member that comes back every year, such as the birthday."""

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.domain.lifecycle.anniversaries import (
    MORNING,
    Feb29,
    anniversaries,
    come_since,
    month_day,
    occurrence,
)
from bot.domain.lifecycle.entry import Change, Entry, Occasion
from bot.domain.lifecycle.kinds import EntryKind, Fields
from bot.domain.lifecycle.spans import NO_SPAN, Span
from bot.domain.members import Member

MEMBER = "member."
LEAP_DAY = (2, 29)


@dataclass(frozen=True, slots=True)
class ByDate(Entry):
    """Opens `offset` before or after the day, when the member's clock shows `at`."""

    attribute: str
    yearly: bool = True
    offset: Span = NO_SPAN
    at: time = MORNING
    feb29: Feb29 = Feb29.FEB28

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
        days = self._calendar(change.member, change.now, change.zone) if change.since is not None else ()
        return tuple(
            Occasion(day.isoformat(), {"date": day.isoformat()})
            for day in come_since(days, change.since, change.now)
        )

    def next_at(self, member: Member, now: datetime, zone: ZoneInfo) -> datetime | None:
        """Return the next occurrence."""
        return min((moment for _, moment in self._calendar(member, now, zone) if moment > now), default=None)

    def _calendar(self, member: Member, now: datetime, zone: ZoneInfo) -> tuple[tuple[date, datetime], ...]:
        value = member.birthday if self.attribute == "birthday" else member.attributes.get(self.attribute)
        return _calendar(self, value, now.astimezone(zone).date(), zone) if isinstance(value, str) else ()


# Days are shared by many members, and a zone's calendar is slow.
@lru_cache(maxsize=8192)
def _calendar(entry: ByDate, value: str, today: date, zone: ZoneInfo) -> tuple[tuple[date, datetime], ...]:
    found = month_day(value)
    if found is None:
        return ()
    # A skipped 29 February may lie eight years ahead; any other day comes every year, give or take an offset.
    years = tuple(range(-1, 9 if found == LEAP_DAY else 3))
    days = anniversaries(*found, today, entry.feb29, years) if entry.yearly else _once(value)
    return tuple((day, occurrence(day, entry.offset, entry.at, zone)) for day in days)


def _once(value: object) -> tuple[date, ...]:
    try:
        return (date.fromisoformat(str(value)[:10]),)
    except ValueError:
        return ()


def read(fields: Fields) -> ByDate:
    """Return the entry as the file states it."""
    name = fields.text("date")
    if not name.startswith(MEMBER):
        fields.error("write member.birthday or member.NAME for an attribute that holds a date", "date")
    return ByDate(
        attribute=name.removeprefix(MEMBER),
        yearly=fields.word("every", ["year", "once"], "year") == "year",
        offset=fields.span("offset") or NO_SPAN,
        at=fields.clock("at") or MORNING,
        feb29=Feb29(fields.word("feb29", [each.value for each in Feb29], "feb28")),
    )


RULE_KIND = EntryKind("date", read)
