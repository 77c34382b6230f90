"""What forgetting means, table by table; `storage.erasure` decides how much is forgotten."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, or_, select, update

from bot.domain.lifecycle.enrollment import EnrollmentState
from bot.domain.outbox import OutboxState
from storage.books import BOOKS, LAWFUL
from storage.privacy import Keyring
from storage.tables import METADATA, table
from storage.tables.delivery import CouponRow, OutboxRow
from storage.tables.events import EventRow
from storage.tables.groups import GroupMemberRow
from storage.tables.history import ScoreChangeRow, SegmentChangeRow
from storage.tables.lifecycle import EnrollmentRow, HandoffRow
from storage.tables.members import (
    ConsentRow,
    IdentityRow,
    MemberRow,
    TagRow,
    TallyRow,
    TombstoneRow,
)

EVENT = table(EventRow)
TALLY = table(TallyRow)
TAG = table(TagRow)
MEMBER = table(MemberRow)
CONSENT = table(ConsentRow)
OUTBOX = table(OutboxRow)
ENROLLMENT = table(EnrollmentRow)
HANDOFF = table(HandoffRow)
COUPON = table(CouponRow)
IDENTITY = table(IdentityRow)
TOMBSTONE = table(TombstoneRow)
IN_GROUP = table(GroupMemberRow)

ERASED = "erased"
KEPT_PROPERTIES = frozenset({"order_id", "currency", "purpose", "coupon", "basis", "quantity"})
# Kept without what is personal in them, see `member`; every other table with a member's key loses their
# rows, and one made tomorrow does too.
KEPT = frozenset({EVENT, CONSENT, OUTBOX, ENROLLMENT, HANDOFF, COUPON, IDENTITY, TOMBSTONE, *BOOKS})
DELETED = tuple(one for one in METADATA.sorted_tables if "member_id" in one.c and one not in KEPT)
# Understood by ourselves from whatever came, so nobody knows through which account.
DERIVED = (table(SegmentChangeRow), table(ScoreChangeRow))
_PENDING = or_(OUTBOX.c.state == OutboxState.QUEUED.value, OUTBOX.c.state == OutboxState.WAITING.value)


def member(
    connection: Connection, member_id: int, ring: Keyring, addresses: Sequence[str], now: datetime
) -> None:
    """Forget everything of a member but what law keeps, and that only under the bare number."""
    _events(connection, EVENT.c.member_id == member_id)
    for owned in DELETED:
        connection.execute(delete(owned).where(owned.c.member_id == member_id))
    _proofs(connection, member_id, ring, addresses)
    _end_runs(connection, member_id, now)
    _messages(connection, member_id, now)
    _message_keys(connection, member_id, ring, addresses)
    connection.execute(
        update(HANDOFF)
        .where(HANDOFF.c.member_id == member_id)
        .values(context={}, note="", state="closed", closed_at=func.coalesce(HANDOFF.c.closed_at, now))
    )


def account(
    connection: Connection,
    member_id: int,
    name: str,
    ring: Keyring,
    addresses: Sequence[str],
    now: datetime,
) -> None:
    """Forget what came through one account: events, numbers, tags, attributes, texts.

    Nobody knows which account the facts a run was entered with, or what we understood by ourselves, came
    through, so all of them go.
    """
    mine = and_(EVENT.c.member_id == member_id, EVENT.c.account.in_((name, "clock")))
    counted = connection.execute(
        select(EVENT.c.kind, func.count(), func.sum(EVENT.c.amount))
        .where(mine, EVENT.c.kind.not_in(LAWFUL))
        .group_by(EVENT.c.kind)
    ).all()
    _events(connection, mine)
    for kind, count, amount in counted:
        _uncount(connection, member_id, kind, count, int(amount or 0))
    connection.execute(delete(TAG).where(TAG.c.member_id == member_id, TAG.c.account == name))
    for derived in DERIVED:
        connection.execute(delete(derived).where(derived.c.member_id == member_id))
    connection.execute(delete(IN_GROUP).where(IN_GROUP.c.member_id == member_id, IN_GROUP.c.account == name))
    _messages(connection, member_id, now)
    _message_keys(connection, member_id, ring, addresses)
    _proofs(connection, member_id, ring, addresses)
    connection.execute(update(ENROLLMENT).where(ENROLLMENT.c.member_id == member_id).values(context={}))
    connection.execute(update(HANDOFF).where(HANDOFF.c.member_id == member_id).values(context={}, note=""))
    _attributes(connection, member_id, name, now)


def _events(connection: Connection, mine: Any) -> None:
    connection.execute(delete(EVENT).where(mine, EVENT.c.kind.not_in(LAWFUL)))
    kept = connection.execute(select(EVENT.c.id, EVENT.c.properties).where(mine)).all()
    for row_id, properties in kept:
        bare = {name: value for name, value in properties.items() if name in KEPT_PROPERTIES}
        connection.execute(update(EVENT).where(EVENT.c.id == row_id).values(properties=bare, key=""))


def _uncount(connection: Connection, member_id: int, kind: str, count: int, amount: int) -> None:
    mine = and_(TALLY.c.member_id == member_id, TALLY.c.kind == kind)
    had = connection.execute(select(TALLY.c.count).where(mine)).scalar()
    if had is None:
        return
    if had <= count:
        connection.execute(delete(TALLY).where(mine))
        return
    left = and_(EVENT.c.member_id == member_id, EVENT.c.kind == kind)
    first, last = connection.execute(select(func.min(EVENT.c.at), func.max(EVENT.c.at)).where(left)).one()
    times = {} if first is None else {"first_at": first, "last_at": last}
    connection.execute(
        update(TALLY).where(mine).values(count=TALLY.c.count - count, amount=TALLY.c.amount - amount, **times)
    )


def _attributes(connection: Connection, member_id: int, name: str, now: datetime) -> None:
    row = connection.execute(
        select(MEMBER.c.attributes, MEMBER.c.provenance).where(MEMBER.c.id == member_id)
    ).one()
    gone = {key for key, origin in row.provenance.items() if origin == name}
    columns = {key: None for key in ("name", "zone", "birthday", "source") if key in gone}
    connection.execute(
        update(MEMBER)
        .where(MEMBER.c.id == member_id)
        .values(
            attributes={key: value for key, value in row.attributes.items() if key not in gone},
            provenance={key: origin for key, origin in row.provenance.items() if key not in gone},
            review_at=now,
            **columns,
        )
    )


def _proofs(connection: Connection, member_id: int, ring: Keyring, addresses: Sequence[str]) -> None:
    """A proof names the message it was given in, and that its sender: keep only its keyed hash."""
    rows = connection.execute(
        select(CONSENT.c.purpose, CONSENT.c.proof).where(CONSENT.c.member_id == member_id)
    ).all()
    for purpose, proof in rows:
        if not any(address in proof for address in addresses if address):
            continue
        mine = and_(CONSENT.c.member_id == member_id, CONSENT.c.purpose == purpose)
        connection.execute(update(CONSENT).where(mine).values(proof=ring.blind("proof", proof)))


def _end_runs(connection: Connection, member_id: int, now: datetime) -> None:
    mine = ENROLLMENT.c.member_id == member_id
    connection.execute(update(ENROLLMENT).where(mine).values(context={}, due_at=None, waiting_for=""))
    connection.execute(
        update(ENROLLMENT)
        .where(mine, ENROLLMENT.c.state == EnrollmentState.ACTIVE.value)
        .values(state=EnrollmentState.EXITED.value, reason=ERASED, ended_at=now)
    )


def _messages(connection: Connection, member_id: int, now: datetime) -> None:
    """Blank every copy of what was said to the member, and stop what waits to be said."""
    mine = OUTBOX.c.member_id == member_id
    connection.execute(
        update(OUTBOX)
        .where(mine, _PENDING)
        .values(state=OutboxState.SKIPPED.value, reason=ERASED, finished_at=now)
    )
    connection.execute(update(OUTBOX).where(mine).values(text="", context={}, detail="", caused_by=""))


def _message_keys(connection: Connection, member_id: int, ring: Keyring, addresses: Iterable[str]) -> None:
    """A key made from the message it answers names the member's address; keep its keyed hash."""
    known = [address for address in addresses if address]
    rows = connection.execute(select(OUTBOX.c.id, OUTBOX.c.key).where(OUTBOX.c.member_id == member_id)).all()
    for row_id, key in rows:
        if any(address in key for address in known):
            digest = f"{ERASED}:{ring.blind('outbox', key)}"
            connection.execute(update(OUTBOX).where(OUTBOX.c.id == row_id).values(key=digest))
