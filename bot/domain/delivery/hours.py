"""Quiet hours, months and batch times on the clocks of people."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.delivery.policy import QuietHours


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_of(name: str | None, default: str) -> ZoneInfo:
    """Return the zone called `name`, or the default one when there is no such zone."""
    found = _zone(name) if name else None
    return found or ZoneInfo(default)


def is_quiet(quiet: QuietHours, moment: datetime, zone: ZoneInfo) -> bool:
    """Return whether the clock on the wall stands within the quiet hours; start counts, end does not."""
    wall = moment.astimezone(zone).time()
    if quiet.start <= quiet.end:
        return quiet.start <= wall < quiet.end
    return wall >= quiet.start or wall < quiet.end


def quiet_until(quiet: QuietHours, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when the quiet hours that hold at `now` are over, None when none hold.

    The clocks may change in the night: an end that is skipped comes with the jump, and one that
    happens twice only counts when it is not quiet right after.
    """
    if not is_quiet(quiet, now, zone):
        return None
    ends = (end for end in _occurrences((quiet.end,), now, zone) if not is_quiet(quiet, end, zone))
    return min(ends, default=now + timedelta(days=1))


# Many messages are judged at one moment, and a zone's calendar is slow.
@lru_cache(maxsize=256)
def next_time(times: tuple[time, ...], now: datetime, zone: ZoneInfo) -> datetime:
    """Return the first of these wall clock times after `now`."""
    return min(_occurrences(times, now, zone))


def _occurrences(times: Sequence[time], now: datetime, zone: ZoneInfo) -> list[datetime]:
    today = now.astimezone(zone).date()
    found = []
    for days in (0, 1, 2):
        for wall in times:
            for fold in (0, 1):
                local = datetime.combine(today + timedelta(days=days), wall, tzinfo=zone).replace(fold=fold)
                moment = local.astimezone(UTC)
                if moment > now:
                    found.append(moment)
    return found


@lru_cache(maxsize=256)
def month_start(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment of the calendar month `now` falls in."""
    local = now.astimezone(zone)
    return datetime(local.year, local.month, 1, tzinfo=zone).astimezone(UTC)


@lru_cache(maxsize=256)
def next_month(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment of the calendar month after `now`."""
    local = now.astimezone(zone)
    year, month = (local.year + 1, 1) if local.month == 12 else (local.year, local.month + 1)
    return datetime(year, month, 1, tzinfo=zone).astimezone(UTC)
