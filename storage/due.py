"""What time has made due: runs and members to look at, found by index, in pages."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import (
    BindParameter,
    Connection,
    Integer,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    update,
)

from storage.dialect import chunks, listed, within
from storage.enrollments import ACTIVE, ENROLLMENT
from storage.reading import Query, moment_decoder, stamped
from storage.tables import table
from storage.tables.columns import UTCDateTime
from storage.tables.members import MemberRow

MEMBER = table(MemberRow)
# With several workers some of the first are in other hands, so more are considered than taken.
SURPLUS = 4


def take(connection: Connection, rules: Collection[str], now: datetime, limit: int) -> list[int]:
    """Return at most `limit` members with a due run of one of these rules or a due look, longest due first.

    On PostgreSQL they are held until the end of the transaction, and members somebody else holds are
    left out, so that several workers share the work.
    """
    wide = limit if connection.dialect.name == "sqlite" else limit * SURPLUS
    given = {"until": stamped(connection, now), "most": wide}
    runs = _RUNS.rows(connection, rules=listed(connection, sorted(rules)), **given)
    wanted = list(dict.fromkeys(row[0] for row in (*runs, *_LOOKS.rows(connection, **given))))
    if connection.dialect.name == "sqlite" or not wanted:
        return sorted(wanted[:limit])
    held = [row[0] for row in _FREE.rows(connection, ids=listed(connection, wanted), most=limit)]
    return held or _orphans(connection, wanted)


def _orphans(connection: Connection, wanted: list[int]) -> list[int]:
    """Return the ids behind which there is no member any more, so that their runs can end."""
    known = {row[0] for row in _PRESENT.rows(connection, ids=listed(connection, wanted))}
    return [each for each in wanted if each not in known]


def next_due(connection: Connection, rules: Collection[str]) -> datetime | None:
    """Return when the next run or look is due, None when time alone brings nothing more."""
    decode = moment_decoder(connection)
    found = _NEXT_RUN.rows(connection, rules=listed(connection, sorted(rules)))
    found += _NEXT_LOOK.rows(connection)
    return min((decode(row[0]) for row in found if row[0] is not None), default=None)


# The first of an index in order: a minimum over all active runs would read every one of them at every beat.
_NEXT_RUN = Query(
    lambda connection: (
        select(ENROLLMENT.c.due_at)
        .where(
            ENROLLMENT.c.state == literal_column(f"'{ACTIVE}'"),
            ENROLLMENT.c.due_at.is_not(None),
            within(connection, ENROLLMENT.c.rule, "rules"),
        )
        .order_by(ENROLLMENT.c.due_at)
        .limit(literal_column("1"))
    )
)
_NEXT_LOOK = Query(lambda _connection: select(func.min(MEMBER.c.review_at)))
_UNTIL = bindparam("until", type_=UTCDateTime)
_MOST: BindParameter[int] = bindparam("most", type_=Integer)
_RUNS = Query(
    lambda connection: (
        select(ENROLLMENT.c.member_id)
        .where(
            ENROLLMENT.c.state == literal_column(f"'{ACTIVE}'"),
            ENROLLMENT.c.due_at <= _UNTIL,
            within(connection, ENROLLMENT.c.rule, "rules"),
        )
        .order_by(ENROLLMENT.c.due_at)
        .limit(_MOST)
    )
)
_LOOKS = Query(
    lambda _connection: (
        select(MEMBER.c.id).where(MEMBER.c.review_at <= _UNTIL).order_by(MEMBER.c.review_at).limit(_MOST)
    )
)
_PRESENT = Query(lambda connection: select(MEMBER.c.id).where(within(connection, MEMBER.c.id)))
_FREE = Query(
    lambda connection: (
        select(MEMBER.c.id)
        .where(within(connection, MEMBER.c.id))
        .order_by(MEMBER.c.id)
        .limit(_MOST)
        .with_for_update(skip_locked=True)
    )
)


def park(connection: Connection, member_ids: Collection[int], until: datetime, now: datetime) -> None:
    """Look at these members again at `until`, because looking at them now fails."""
    if not member_ids:
        return
    run, look = ENROLLMENT.c, MEMBER.c
    due_run = and_(run.member_id == bindparam("whose"), run.state == ACTIVE, run.due_at <= now)
    due_look = and_(look.id == bindparam("whose"), look.review_at <= now)
    for chunk in chunks(sorted(set(member_ids))):
        given = [{"whose": member_id} for member_id in chunk]
        connection.execute(update(ENROLLMENT).where(due_run).values(due_at=until), given)
        connection.execute(update(MEMBER).where(due_look).values(review_at=until), given)


def forget(connection: Connection, member_ids: Iterable[int], now: datetime) -> None:
    """Stop looking at members that are no more: their runs end, no look is planned."""
    run, look = ENROLLMENT.c, MEMBER.c
    for chunk in chunks(sorted(set(member_ids))):
        given = {"ids": listed(connection, chunk)}
        connection.execute(
            update(ENROLLMENT)
            .where(within(connection, run.member_id), run.state == ACTIVE)
            .values(state="exited", reason="no_member", ended_at=now, due_at=None, waiting_for=""),
            given,
        )
        connection.execute(update(MEMBER).where(within(connection, look.id)).values(review_at=None), given)
