"""Days of the reader's zone from moments of the database."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Text, cast, func


def hour_of(c: Connection, moment: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the UTC hour of a moment as text ``2026-06-01 08``."""
    if c.dialect.name == "sqlite":
        return func.substr(cast(moment, Text), 1, 13)
    return func.to_char(func.timezone("UTC", moment), "YYYY-MM-DD HH24")


def local_day(hour: str, zone: ZoneInfo) -> date:
    """Return the day of a zone in which a UTC hour begins."""
    return datetime.strptime(hour, "%Y-%m-%d %H").replace(tzinfo=UTC).astimezone(zone).date()


def days_between(days: Iterable[date]) -> list[date]:
    """Return every day from the first to the last of these."""
    known = sorted(days)
    return [known[0] + timedelta(days=step) for step in range((known[-1] - known[0]).days + 1)]
