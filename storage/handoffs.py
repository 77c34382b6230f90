"""People asked to look at a member: opened by rules, taken and closed by operators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.domain import storable
from bot.domain.effects import Handoff
from storage.dialect import insert_new
from storage.tables import table
from storage.tables.lifecycle import HandoffRow

HANDOFF = table(HandoffRow)


@dataclass(frozen=True, slots=True)
class Case:
    """A hand-off as an operator sees it."""

    key: str
    member_id: int
    queue: str
    note: str
    at: datetime
    due_at: datetime | None
    state: str
    taken_by: str


def open_all(connection: Connection, wishes: Sequence[Handoff]) -> None:
    """Open hand-offs; the same key again does nothing."""
    rows = [
        {
            "key": wish.key,
            "member_id": wish.member_id,
            "queue": wish.queue,
            "note": wish.note,
            "context": storable.scalars(wish.context),
            "at": wish.at,
            "due_at": wish.due_at,
            "state": "open",
            "taken_by": "",
        }
        for wish in wishes
    ]
    insert_new(connection, HANDOFF, rows, ["key"])


def take(connection: Connection, key: str, operator: str) -> bool:
    """Take an open case; tell whether it was still free."""
    free = (HANDOFF.c.key == key, HANDOFF.c.state == "open")
    return (
        connection.execute(update(HANDOFF).where(*free).values(state="taken", taken_by=operator)).rowcount > 0
    )


def close(connection: Connection, key: str, now: datetime) -> bool:
    """Close a case; tell whether it was not closed before."""
    living = (HANDOFF.c.key == key, HANDOFF.c.state != "closed")
    return (
        connection.execute(update(HANDOFF).where(*living).values(state="closed", closed_at=now)).rowcount > 0
    )


def waiting(connection: Connection, limit: int = 50) -> list[Case]:
    """Return cases that are not closed, the most urgent first."""
    rows = connection.execute(
        select(HANDOFF)
        .where(HANDOFF.c.state != "closed")
        .order_by(HANDOFF.c.due_at.is_(None), HANDOFF.c.due_at, HANDOFF.c.at)
        .limit(limit)
    )
    return [
        Case(row.key, row.member_id, row.queue, row.note, row.at, row.due_at, row.state, row.taken_by)
        for row in rows
    ]
