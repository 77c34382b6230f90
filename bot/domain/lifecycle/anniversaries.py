"""Days that come back every year: birthdays are month and day, without the year."""

import calendar
import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.lifecycle.spans import Span, after, on_day

_DAY = re.compile(r"(?:([0-9]{4})-)?([01][0-9])-([0-3][0-9])(?:[T ].*)?", re.ASCII)
LEAP = 2000
MORNING = time(10)
# How late an occasion may be noticed, after a stop.
LATEST = timedelta(days=3)


class Feb29(StrEnum):
    """When to keep a 29 February in a year that has none."""

    FEB28 = "feb28"
    MAR1 = "mar1"
    SKIP = "skip"


def month_day(text: object) -> tuple[int, int] | None:
    """Return (month, day) of ``03-15`` or ``1990-03-15``; None for anything that is no day."""
    found = _DAY.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    month, day = int(found[2]), int(found[3])
    if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(LEAP, month)[1]:
        return None
    return month, day


def in_year(month: int, day: int, year: int, feb29: Feb29) -> date | None:
    """Return this year's day; None when a 29 February is skipped."""
    if (month, day) != (2, 29) or calendar.isleap(year):
        return date(year, month, day)
    if feb29 is Feb29.SKIP:
        return None
    return date(year, 2, 28) if feb29 is Feb29.FEB28 else date(year, 3, 1)


def anniversaries(
    month: int, day: int, around: date, feb29: Feb29, years: tuple[int, ...] = (-1, 0, 1, 2)
) -> tuple[date, ...]:
    """Return the days that fall in the years around `around`, in order."""
    found = (in_year(month, day, around.year + years_on, feb29) for years_on in years)
    return tuple(each for each in found if each is not None)


def next_anniversary(month: int, day: int, today: date, feb29: Feb29) -> date | None:
    """Return the first such day from `today` on; None only when the next leap year is too far."""
    years = tuple(range(9))
    return next((each for each in anniversaries(month, day, today, feb29, years) if each >= today), None)


def occurrence(day: date, offset: Span, at: time, zone: ZoneInfo) -> datetime:
    """Return the moment `offset` before or after a day, at this time of the local clock, in UTC."""
    return after(on_day(day + timedelta(days=offset.days), at, zone), Span(0, offset.exact), zone)


def come_since(
    days: Iterable[tuple[date, datetime]], since: datetime | None, now: datetime
) -> tuple[date, ...]:
    """Return the days, each given with its moment, that came since the last look; none without such a look.

    One missed by more than `LATEST` is over, as a message of the default expiry would be.
    """
    if since is None:
        return ()
    earliest = max(since, now - LATEST)
    return tuple(day for day, moment in days if earliest <= moment <= now)
