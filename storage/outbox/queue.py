"""Into the outbox and out of it again before anything was sent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, literal_column, or_, select, update

from bot.domain.delivery.reasons import Reason
from bot.domain.effects import CancelMessages
from bot.domain.outbox import OutboxMessage
from storage.dialect import chunks, insert_new, listed, within
from storage.outbox.ending import wake_runs
from storage.outbox.rows import OUTBOX, row_of
from storage.reading import Query, document_decoder, moment_decoder


def enqueue(c: Connection, messages: Sequence[OutboxMessage]) -> None:
    """Put messages into the outbox; one whose key is there already is left as it is."""
    for part in chunks(messages):
        insert_new(c, OUTBOX, [row_of(message) for message in part], ["key"])


def cancel(c: Connection, wishes: Sequence[CancelMessages]) -> int:
    """End what still waits for these members; return how many rows that were.

    What is being sent at this very moment can't be called back and is left alone.
    """
    ended = 0
    for wish in wishes:
        statement = (
            update(OUTBOX)
            .where(
                OUTBOX.c.member_id == wish.member_id,
                or_(OUTBOX.c.state == "queued", OUTBOX.c.state == "waiting"),
            )
            .values(state="skipped", reason=wish.reason or Reason.CANCELLED, finished_at=wish.at)
            .returning(OUTBOX.c.key)
        )
        if wish.enrollment_id:
            statement = statement.where(OUTBOX.c.enrollment_id == wish.enrollment_id)
        if wish.purpose:
            statement = statement.where(OUTBOX.c.purpose == wish.purpose)
        keys = list(c.execute(statement).scalars())
        wake_runs(c, keys, wish.at)
        ended += len(keys)
    return ended


def wake_waiting(c: Connection, opened: Iterable[tuple[int, str]], now: datetime) -> int:
    """Make due now what waits for one of these (member, route) doors; return how many rows that were."""
    doors: dict[int, set[str]] = {}
    for member_id, route in opened:
        doors.setdefault(member_id, set()).add(route)
    woken = 0
    document = document_decoder(c)
    for part in chunks(sorted(doors)):
        found = _WAITING.rows(c, ids=listed(c, part))
        ids = [row_id for row_id, member_id, via in found if doors[member_id].intersection(document(via))]
        if ids:
            c.execute(
                update(OUTBOX)
                .where(OUTBOX.c.id.in_(ids), OUTBOX.c.state == "waiting")
                .values(state="queued", due_at=now)
            )
        woken += len(ids)
    return woken


def wake_held(
    c: Connection,
    reason: Reason,
    now: datetime,
    *,
    rule: str = "",
    campaign: str = "",
    members: Sequence[int] = (),
) -> int:
    """Make due now what was held for this reason (of one rule or campaign, or of these members)."""
    statement = (
        update(OUTBOX)
        .where(or_(OUTBOX.c.state == "queued", OUTBOX.c.state == "waiting"), OUTBOX.c.reason == reason)
        .values(state="queued", due_at=now)
    )
    if rule:
        statement = statement.where(OUTBOX.c.rule == rule)
    if campaign:
        statement = statement.where(OUTBOX.c.campaign == campaign)
    if members:
        statement = statement.where(OUTBOX.c.member_id.in_(members))
    return c.execute(statement).rowcount


def end_waits(c: Connection, now: datetime) -> None:
    """Queue what waited for a door or a batch until its time came; the gates then say what becomes of it."""
    c.execute(
        update(OUTBOX).where(OUTBOX.c.state == "waiting", OUTBOX.c.due_at <= now).values(state="queued")
    )


def park(c: Connection, row_id: int, detail: str, now: datetime) -> None:
    """Set a row aside that nobody can even claim, so that its neighbours can go on."""
    statement = (
        update(OUTBOX)
        .where(OUTBOX.c.id == row_id, OUTBOX.c.state == "queued")
        .values(state="failed", reason=Reason.POISON, detail=detail, finished_at=now)
        .returning(OUTBOX.c.key)
    )
    wake_runs(c, list(c.execute(statement).scalars()), now)


@dataclass(frozen=True, slots=True)
class Ahead:
    """What the ledger has before it.

    When the first queued row is due, when the first wait ends, when the first call is repeated, and
    whether any row is in somebody's hands, alive or dead.
    """

    queued: datetime | None
    waiting: datetime | None
    repeated: datetime | None
    in_hand: bool

    @property
    def next_due(self) -> datetime | None:
        """Return when the first row is due, whichever way."""
        moments = (self.queued, self.waiting, self.repeated)
        return min((moment for moment in moments if moment is not None), default=None)

    def is_at_rest(self, now: datetime) -> bool:
        """Return whether there is nothing to do now."""
        return not self.in_hand and (self.next_due is None or self.next_due > now)

    def is_untidy(self, now: datetime) -> bool:
        """Return whether a wait is over, or a row may have been left in dead hands or to be repeated."""
        return self.in_hand or (self.waiting is not None and self.waiting <= now)


def ahead(c: Connection) -> Ahead:
    """Return what the ledger has before it."""
    decode = moment_decoder(c)
    found = [query.rows(c) for query in _NEXT]
    queued, waiting, repeated = (decode(rows[0][0]) if rows else None for rows in found)
    return Ahead(queued, waiting, repeated, bool(_IN_HAND.rows(c)))


def _next(*conditions: ColumnElement[bool]) -> Query:
    return Query(
        lambda _c: (
            select(OUTBOX.c.due_at).where(*conditions).order_by(OUTBOX.c.due_at).limit(literal_column("1"))
        )
    )


_NEXT = (
    _next(OUTBOX.c.state == literal_column("'queued'")),
    _next(OUTBOX.c.state == literal_column("'waiting'")),
    _next(OUTBOX.c.state == literal_column("'sending'"), OUTBOX.c.owner == literal_column("''")),
)
_WAITING = Query(
    lambda c: select(OUTBOX.c.id, OUTBOX.c.member_id, OUTBOX.c.via).where(
        within(c, OUTBOX.c.member_id), OUTBOX.c.state == literal_column("'waiting'")
    )
)
_IN_HAND = Query(
    lambda _c: (
        select(OUTBOX.c.id).where(OUTBOX.c.state == literal_column("'sending'")).limit(literal_column("1"))
    )
)
