"""Spans of time as people mean them, and wall-clock moments.

A day is a step on the calendar (the same time tomorrow, even when the clocks change in between); an
hour is 3,600 seconds.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_PART = re.compile(r"([0-9]{1,7})([wdhms])", re.ASCII)
_WHOLE = re.compile(r"[+-]?(?:[0-9]{1,7}[wdhms])+", re.ASCII)
_SECONDS = {"h": 3600, "m": 60, "s": 1}
_DAYS = {"w": 7, "d": 1}
LONGEST = timedelta(days=36_525)


@dataclass(frozen=True, slots=True)
class Span:
    """Calendar days, then an exact time; negative parts reach back."""

    days: int = 0
    exact: timedelta = timedelta()

    def __bool__(self) -> bool:
        """Return whether the span is longer or shorter than nothing."""
        return bool(self.days or self.exact)

    @property
    def length(self) -> timedelta:
        """Return the span with days of 24 hours."""
        return timedelta(days=self.days) + self.exact


NO_SPAN = Span()


def span(text: object) -> Span:
    """Return the span of ``14d``, ``20h``, ``2w``, ``1d12h`` or, reaching back, ``-3d``.

    Raises ValueError with a sentence that says how to write it.
    """
    if not isinstance(text, str) or not _WHOLE.fullmatch(text):
        raise ValueError("write a span of time such as 50s, 1m, 20h, 30d or 2w")
    sign = -1 if text.startswith("-") else 1
    days = seconds = 0
    for number, unit in _PART.findall(text):
        days += int(number) * _DAYS.get(unit, 0)
        seconds += int(number) * _SECONDS.get(unit, 0)
    if days > LONGEST.days or seconds > LONGEST.total_seconds():
        raise ValueError("no span is longer than 100 years")
    return Span(sign * days, timedelta(seconds=sign * seconds))


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo | None:
    """Return the time zone of this name, None when there is no such zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_or(name: str | None, default: ZoneInfo) -> ZoneInfo:
    """Return the zone of this name, the default when it names none."""
    return (zone_named(name) if name else None) or default


def after(moment: datetime, by: Span, zone: tzinfo) -> datetime:
    """Return the moment `by` later: days on the zone's calendar, then the exact part, in UTC.

    A wall time that the clocks skip moves forward with them.
    """
    if by.days:
        local = moment.astimezone(zone)
        wall = local.replace(tzinfo=None) + timedelta(days=by.days)
        moment = wall.replace(tzinfo=zone, fold=local.fold).astimezone(UTC)
    return (moment + by.exact).astimezone(UTC)


def on_day(day: date, at: time, zone: tzinfo) -> datetime:
    """Return the moment this day's clock shows `at` (the first time, if twice), in UTC."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def clock_on_day_of(moment: datetime, at: time, zone: tzinfo) -> datetime:
    """Return when the clock shows `at` on the local day that `moment` falls on, in UTC."""
    return on_day(moment.astimezone(zone).date(), at, zone)


def next_clock(moment: datetime, at: time, zone: tzinfo) -> datetime:
    """Return the first time at or after `moment` that the clock shows `at`, in UTC."""
    day = moment.astimezone(zone).date()
    today = on_day(day, at, zone)
    return today if today >= moment else on_day(day + timedelta(days=1), at, zone)
