"""How many members came, day by day."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, exists, select

from bot.domain.events import IMPORTED
from storage.tables import table
from storage.tables.events import EventRow
from storage.tables.members import MemberRow

EVENT = table(EventRow)
MEMBER = table(MemberRow)


def arrivals(c: Connection, since: datetime, now: datetime, zone: ZoneInfo) -> tuple[int, ...]:
    """Return how many came on each whole day between."""
    imported = exists().where(EVENT.c.member_id == MEMBER.c.id, EVENT.c.kind == IMPORTED)
    rows = c.execute(select(MEMBER.c.known_since).where(MEMBER.c.known_since >= since, ~imported)).scalars()
    came: dict[date, int] = {}
    for at in rows:
        day = at.astimezone(zone).date()
        came[day] = came.get(day, 0) + 1
    return tuple(came.get(day, 0) for day in _whole_days(since, now, zone))


def _whole_days(since: datetime, now: datetime, zone: ZoneInfo) -> Iterator[date]:
    day, end = since.astimezone(zone).date() + timedelta(days=1), now.astimezone(zone).date()
    while day < end:
        yield day
        day += timedelta(days=1)
