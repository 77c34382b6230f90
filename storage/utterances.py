"""What members said, in the order in which it was stored."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from bot.domain.events import SAID
from storage.tables import table
from storage.tables.events import EventRow

EVENT = table(EventRow)


@dataclass(frozen=True, slots=True)
class Utterance:
    """Something said: `group` is the group's name, empty for a talk of two."""

    id: int
    key: str
    member_id: int
    account: str
    at: datetime
    text: str
    group: str


def last(connection: Connection, before: datetime | None = None) -> int | None:
    """Return the number of the newest event (stored before then), None when there is none."""
    statement = select(EVENT.c.id).order_by(EVENT.c.id.desc()).limit(1)
    if before is not None:
        statement = statement.where(EVENT.c.received_at < before)
    found: int | None = connection.execute(statement).scalar()
    return found


def since(connection: Connection, number: int, most: int) -> list[Utterance]:
    """Return what was said after the event of this number, oldest first."""
    e = EVENT.c
    statement = (
        select(e.id, e.key, e.member_id, e.account, e.at, e.properties)
        .where(e.id > number, e.kind.in_(sorted(SAID)))
        .order_by(e.id)
        .limit(most)
    )
    return [
        Utterance(
            row.id, row.key, row.member_id, row.account, row.at,
            str(row.properties.get("text") or ""), str(row.properties.get("group_name") or ""),
        )
        for row in connection.execute(statement)
    ]  # fmt: skip
