"""What an operator must know: raised again and again, told once, open until cleared."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, case, null, or_, select, update

from bot.domain import storable
from storage.dialect import upsert
from storage.tables import table
from storage.tables.operations import AlertRow

ALERT = table(AlertRow)
LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Alert:
    """An open alert: its name says what it is about, ``token:shop``; `severity` warning or critical."""

    name: str
    severity: str
    text: str
    since: datetime
    last_at: datetime


def raise_(connection: Connection, name: str, severity: str, text: str, now: datetime) -> None:
    """Open an alert, or note that it still stands; one cleared before begins anew and is told again."""
    row = {
        "name": name,
        "severity": severity,
        "text": storable.text(text, LONGEST),
        "since": now,
        "last_at": now,
        "told_at": None,
        "cleared_at": None,
    }
    upsert(
        connection,
        ALERT,
        [row],
        ["name"],
        {
            "severity": lambda _old, new: new.severity,
            "text": lambda _old, new: new.text,
            "last_at": lambda _old, new: new.last_at,
            "since": lambda old, new: case((old.c.cleared_at.is_(None), old.c.since), else_=new.since),
            "told_at": lambda old, _new: case((old.c.cleared_at.is_(None), old.c.told_at), else_=null()),
            "cleared_at": lambda _old, _new: null(),
        },
    )


def clear(connection: Connection, name: str, now: datetime) -> bool:
    """Close an alert; tell whether it was open."""
    standing = (ALERT.c.name == name, ALERT.c.cleared_at.is_(None))
    return connection.execute(update(ALERT).where(*standing).values(cleared_at=now)).rowcount > 0


def standing(connection: Connection) -> list[Alert]:
    """Return the open alerts, the oldest first."""
    return _alerts(connection, ALERT.c.cleared_at.is_(None))


def untold(connection: Connection, now: datetime, again_after: timedelta) -> list[Alert]:
    """Return open alerts nobody was told of, or not for this long."""
    quiet = or_(ALERT.c.told_at.is_(None), ALERT.c.told_at <= now - again_after)
    return _alerts(connection, ALERT.c.cleared_at.is_(None), quiet)


def told(connection: Connection, names: Iterable[str], now: datetime) -> None:
    """Note that operators were told of these."""
    connection.execute(update(ALERT).where(ALERT.c.name.in_(list(names))).values(told_at=now))


def _alerts(connection: Connection, *which: ColumnElement[bool]) -> list[Alert]:
    rows = connection.execute(select(ALERT).where(*which).order_by(ALERT.c.since, ALERT.c.name))
    return [Alert(row.name, row.severity, row.text, row.since, row.last_at) for row in rows]
