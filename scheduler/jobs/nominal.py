"""When a schedule's turns come, by APScheduler's triggers: the days of a calendar and its clocks."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger

from bot.domain.lifecycle.campaign import Schedule, Unit

TICK = timedelta(microseconds=1)
# Weeks and months are counted from here when a schedule names no start: a Monday.
EPOCH = date(2024, 1, 1)
MOST_STEPS = 1500


def nominal_after(schedule: Schedule, moment: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the schedule's first nominal time after `moment`, in UTC; None when there is none."""
    if schedule.feasts:
        moments = (datetime.combine(day, schedule.at, zone).astimezone(UTC) for day in schedule.feasts)
        return next((found for found in moments if found > moment), None)
    trigger = _trigger(schedule, zone)
    found = moment.astimezone(zone)
    for _ in range(MOST_STEPS):
        found = trigger.get_next_fire_time(None, found + TICK)
        if found is None or _counts(schedule, found.date()):
            break
    else:
        return None
    return found.astimezone(UTC) if found is not None and found > moment else None


def nominal_between(
    schedule: Schedule, since: datetime, until: datetime, zone: ZoneInfo
) -> Iterator[datetime]:
    """Yield the nominal times after `since`, up to `until` and with it, in UTC."""
    at = nominal_after(schedule, since, zone)
    while at is not None and at <= until:
        yield at
        at = nominal_after(schedule, at, zone)


def _trigger(schedule: Schedule, zone: ZoneInfo) -> CronTrigger | DateTrigger:
    if schedule.once is not None:
        return DateTrigger(schedule.once, timezone=zone)
    # Days only by name: APScheduler's numbers count from Monday, everybody else's from Sunday.
    at = {"hour": schedule.at.hour, "minute": schedule.at.minute, "timezone": zone}
    if schedule.unit is Unit.WEEK:
        return CronTrigger(day_of_week=",".join(schedule.days), **at)
    if schedule.unit is Unit.MONTH:
        return CronTrigger(day=schedule.day, **at)
    return CronTrigger(**at)


def _counts(schedule: Schedule, day: date) -> bool:
    """Return whether this day's turn is one of every so many."""
    if schedule.once is not None:
        return True
    if not schedule.allows(day):
        return False
    if schedule.starts is not None and day < schedule.starts:
        return False
    start = schedule.starts or EPOCH
    if schedule.unit is Unit.MONTH:
        gone = (day.year - start.year) * 12 + day.month - start.month
    elif schedule.unit is Unit.WEEK:
        gone = (_monday(day) - _monday(start)).days // 7
    else:
        gone = (day - start).days
    return gone % schedule.every == 0


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
