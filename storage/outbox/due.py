"""Which rows are due, and marking those that leave."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    asc,
    bindparam,
    desc,
    literal_column,
    null,
    select,
    update,
)

from storage.dialect import listed, unindexed, within
from storage.outbox.rows import MESSAGE_COLUMNS, OUTBOX, message_of
from storage.outbox.standing import Due
from storage.reading import Query, document_decoder, moment_decoder, stamped
from storage.tables import table
from storage.tables.columns import UTCDateTime
from storage.tables.members import MemberRow
from storage.writing import Change

MEMBER = table(MemberRow)
# One of so many rows of a chunk is one of those that wait longest.
PATIENT_SHARE = 4


def first_due(c: Connection, ids: Sequence[int] | None, most: int, now: datetime) -> list[tuple[int, int]]:
    """Return (row id, member id) of at most `most` due rows (of `ids`), locked where locks exist.

    Most of them are those that became due last: what somebody has just opened a window for must not stand
    behind a whole campaign. The rest are those that wait longest, so that nobody is left behind for ever.
    """
    bound = {"now": stamped(c, now), "most": most}
    if ids is not None:
        return [(row[0], row[1]) for row in _BATCH.rows(c, ids=listed(c, ids), **bound)]
    rows = _NEWEST.rows(c, **bound)
    longest = most // PATIENT_SHARE or _one_in_four(now)
    if len(rows) == most and longest:
        rows = [*_OLDEST.rows(c, **{**bound, "most": longest}), *rows]
    return list({row[0]: (row[0], row[1]) for row in rows}.values())[:most]


def _one_in_four(now: datetime) -> int:
    """Return 1 at one of four moments, else 0: for chunks too small to be shared."""
    return int(int(now.timestamp() * 1000) // 7 % PATIENT_SHARE == 0)


def hold_members(c: Connection, ids: Iterable[int]) -> list[int]:
    """Return the members we hold until the commit; on PostgreSQL those somebody else holds are left out.

    Never waiting while holding rows is what keeps two runners from deadlocking.
    """
    wanted = sorted(set(ids))
    if c.dialect.name != "postgresql":
        return wanted
    return [row[0] for row in _FREE_MEMBERS.rows(c, ids=listed(c, wanted))]


def due_of(c: Connection, members: Sequence[int], now: datetime) -> list[Due]:
    """Return every due row of these members."""
    # A chunk's rows were mostly made together: its moments and documents are few.
    moment, document = cache(moment_decoder(c)), _decoder(c)
    found = []
    for row_id, attempts, key, reason, until, *values in _DUE_OF.rows(
        c, ids=listed(c, members), now=stamped(c, now)
    ):
        values[4], values[14], values[16] = document(values[4]), document(values[14]), document(values[16])
        values[5], values[6], values[7] = moment(values[5]), moment(values[6]), moment(values[7])
        values[17] = bool(values[17])
        message = message_of(values)
        found.append(Due(row_id, message, attempts, key, reason, moment(until) if until else None))
    return found


def _decoder(c: Connection) -> Callable[[Any], Any]:
    """Return what decodes documents; equal texts become one value, which nobody changes."""
    plain = document_decoder(c)
    return cache(plain) if c.dialect.name == "sqlite" else plain


def take(c: Connection, ids: Sequence[int], owner: str, route: str, now: datetime, *, keyed: bool) -> int:
    """Move queued rows to *sending* under this owner, counted under the caps; return how many moved."""
    at = stamped(c, now)
    return _CLAIM.run(
        c, ids=listed(c, ids), owner_is=owner, at=at, by_route=route, keyed=at if keyed else None
    )


def note_codes(c: Connection, codes: Mapping[int, str]) -> None:
    """Keep the coupon code each row brings."""
    _CODE.many(c, [{"row": row_id, "code": code} for row_id, code in codes.items()])


def _skip_locked(c: Connection, statement: Select[Any]) -> Select[Any]:
    return statement.with_for_update(skip_locked=True) if c.dialect.name == "postgresql" else statement


# The state is written as a literal: with a bound one SQLite would not use a partial index and
# PostgreSQL's generic plan would not know how few rows are queued.
_QUEUED: ColumnElement[str] = literal_column("'queued'")
_NOW = bindparam("now", type_=UTCDateTime)


def _due(order: Callable[[Any], Any]) -> Query:
    return Query(
        lambda c: _skip_locked(
            c,
            select(OUTBOX.c.id, OUTBOX.c.member_id)
            .where(OUTBOX.c.state == _QUEUED, OUTBOX.c.due_at <= _NOW)
            .order_by(order(OUTBOX.c.due_at))
            .limit(bindparam("most")),
        )
    )


_NEWEST, _OLDEST = _due(desc), _due(asc)
_BATCH = Query(
    lambda c: _skip_locked(
        c,
        select(OUTBOX.c.id, OUTBOX.c.member_id)
        .where(
            within(c, OUTBOX.c.id),
            unindexed(c, OUTBOX.c.state) == _QUEUED,
            unindexed(c, OUTBOX.c.due_at) <= _NOW,
        )
        .order_by(OUTBOX.c.due_at)
        .limit(bindparam("most")),
    )
)
_DUE_OF = Query(
    lambda c: _skip_locked(
        c,
        select(
            OUTBOX.c.id, OUTBOX.c.attempts, OUTBOX.c.platform_key, OUTBOX.c.reason, OUTBOX.c.reason_until,
            *(OUTBOX.c[name] for name in MESSAGE_COLUMNS),
        ).where(
            within(c, OUTBOX.c.member_id), OUTBOX.c.state == _QUEUED, unindexed(c, OUTBOX.c.due_at) <= _NOW
        ),
    )
)  # fmt: skip
_FREE_MEMBERS = Query(
    lambda c: (
        select(MEMBER.c.id)
        .where(within(c, MEMBER.c.id))
        .order_by(MEMBER.c.id)
        .with_for_update(skip_locked=True)
    )
)
_CLAIM = Change(
    lambda c: (
        update(OUTBOX)
        .where(within(c, OUTBOX.c.id), unindexed(c, OUTBOX.c.state) == _QUEUED)
        .values(
            state=literal_column("'sending'"),
            owner=bindparam("owner_is"),
            claimed_at=bindparam("at"),
            counted_at=bindparam("at"),
            attempts=OUTBOX.c.attempts + 1,
            route=bindparam("by_route"),
            keyed_at=bindparam("keyed"),
            reason=literal_column("''"),
            reason_until=null(),
        )
    )
)
_CODE = Change(
    lambda _c: update(OUTBOX).where(OUTBOX.c.id == bindparam("row")).values(coupon_code=bindparam("code"))
)
