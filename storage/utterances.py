"""What members said, in the order in which it was stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, Select, bindparam, select

from bot.domain.events import MESSAGE, SAID
from storage.dialect import listed, property_text, unindexed, within
from storage.reading import Query, moment_decoder
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
    moment = moment_decoder(connection)
    rows = _SINCE.rows(connection, number=number, most=most, kinds=listed(connection, sorted(SAID)))
    return [
        Utterance(id_, key, member_id, account, moment(at), text or "", group or "")
        for id_, key, member_id, account, at, text, group in rows
    ]


def first(connection: Connection, member_id: int, after: datetime, until: datetime) -> str:
    """Return what a member said first to us alone within a span, without its beginning; empty for nothing."""
    e = EVENT.c
    mine = (e.member_id == member_id, e.kind == MESSAGE, e.at > after, e.at < until)
    text = property_text(connection, e.properties, "text")
    said: str | None = connection.execute(select(text).where(*mine).order_by(e.at, e.id).limit(1)).scalar()
    return said or ""


def _after(c: Connection) -> Select[Any]:
    e = EVENT.c
    text, group = (property_text(c, e.properties, name) for name in ("text", "group_name"))
    return (
        select(e.id, e.key, e.member_id, e.account, e.at, text, group)
        # By their number alone: a busy index of kinds would be read from its beginning.
        .where(e.id > bindparam("number", type_=Integer), within(c, unindexed(c, e.kind), "kinds"))
        .order_by(e.id)
        .limit(bindparam("most", type_=Integer))
    )


_SINCE = Query(_after)
