"""How the house does, in numbers: for probes, metrics and the watch."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from bot.domain.outbox import FINAL
from storage import alerts, migrate, switches
from storage.alerts import Alert
from storage.tables import table
from storage.tables.delivery import OutboxRow, TokenRow
from storage.tables.events import QuarantineRow

OUTBOX = table(OutboxRow)
QUARANTINE = table(QuarantineRow)
TOKEN = table(TokenRow)


@dataclass(frozen=True, slots=True)
class Vitals:
    """What stands in the database now.

    `outbox` counts messages by state, `pushes` those that ended by (route, result). `lag` is how long the
    oldest due message waits, `quarantine` what was set aside and nobody looked at. `tokens` says until
    when each account's kept token is good, `off` which accounts the platform stopped, and why.
    """

    revision: str
    newest: str
    outbox: Mapping[str, int]
    pushes: Mapping[tuple[str, str], int]
    lag: timedelta
    quarantine: int
    tokens: Mapping[str, datetime]
    off: Mapping[str, str]
    alerts: tuple[Alert, ...]


def look(connection: Connection, now: datetime) -> Vitals:
    """Return the numbers as they are now."""
    pushes: dict[tuple[str, str], int] = {}
    outbox: dict[str, int] = {}
    rows = connection.execute(
        select(OUTBOX.c.state, OUTBOX.c.route, func.count()).group_by(OUTBOX.c.state, OUTBOX.c.route)
    )
    for state, route, number in rows:
        outbox[state] = outbox.get(state, 0) + number
        if state in FINAL:
            pushes[route, state] = number
    tokens = {row.account: row.expires_at for row in connection.execute(select(TOKEN))}
    return Vitals(
        revision=migrate.revision(connection) or "",
        newest=migrate.newest(),
        outbox=outbox,
        pushes=pushes,
        lag=lag(connection, now),
        quarantine=set_aside(connection),
        tokens=tokens,
        off=switches.named(switches.all_on(connection), switches.ACCOUNT),
        alerts=tuple(alerts.standing(connection)),
    )


def lag(connection: Connection, now: datetime) -> timedelta:
    """Return how long the oldest due message waits to be sent."""
    oldest = connection.execute(
        select(OUTBOX.c.due_at).where(OUTBOX.c.state == "queued").order_by(OUTBOX.c.due_at).limit(1)
    ).scalar()
    return max(now - oldest, timedelta()) if oldest is not None else timedelta()


def set_aside(connection: Connection) -> int:
    """Return how many callbacks and events wait in quarantine for somebody to look."""
    statement = select(func.count()).where(QUARANTINE.c.resolved_at.is_(None))
    return connection.execute(statement).scalar_one()
