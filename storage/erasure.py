"""Forgetting: what came through an account goes when its follower leaves, within the transaction.

WeChat asks for all of a member's information to be deleted on unsubscribe. A keyed tombstone stays,
so that a restored backup forgets again; orders, consents, coupons and draws stay for the law, under
the bare member number. A member also known through another account keeps what came that way.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, LargeBinary, Row, delete, literal, select, update

from bot.domain.identity import identity, split
from storage import forgetting, inbox, party_places
from storage.dialect import insert_new, lock_members, position
from storage.privacy import Keyring, ring_of
from storage.profile import refresh_unfollowed
from storage.tables import table
from storage.tables.events import EventRow, QuarantineRow
from storage.tables.members import IdentityRow, MemberRow, TombstoneRow

EVENT = table(EventRow)
QUARANTINE = table(QuarantineRow)
IDENTITY = table(IdentityRow)
MEMBER = table(MemberRow)
TOMBSTONE = table(TombstoneRow)
# Stands before the keyed hash in the address of a tie whose real address is forgotten.
PSEUDONYM = "~"


def unfollowed(connection: Connection, member_id: int, account: str, now: datetime) -> None:
    """Forget what came through this account; everything, when the member is known nowhere else."""
    lock_members(connection, [member_id])
    ring = ring_of(connection)
    known = connection.execute(select(IDENTITY).where(IDENTITY.c.member_id == member_id)).all()
    gone = [row for row in known if row.account == account and not _is_pseudonym(row.known_as)]
    if not gone:
        return
    if any(_elsewhere(row, account) for row in known):
        _bury(connection, ring, gone, now)
        # Nobody knows through which account they joined, so they are out of what is not complete yet.
        party_places.leave(connection, member_id, now)
        _forget_callbacks(connection, member_id, gone, account)
        forgetting.account(connection, member_id, account, ring, _addresses(gone), now)
        _rename(connection, ring, gone)
        refresh_unfollowed(connection, [member_id])
        return
    everything(connection, member_id, now)


def everything(connection: Connection, member_id: int, now: datetime) -> None:
    """Forget all of a member; who comes back is a new member with no history."""
    lock_members(connection, [member_id])
    ring = ring_of(connection)
    known = connection.execute(select(IDENTITY).where(IDENTITY.c.member_id == member_id)).all()
    _bury(connection, ring, known, now)
    party_places.leave(connection, member_id, now)
    _forget_callbacks(connection, member_id, known, None)
    forgetting.member(connection, member_id, ring, _addresses(known), now)
    connection.execute(delete(IDENTITY).where(IDENTITY.c.member_id == member_id))
    connection.execute(
        update(MEMBER)
        .where(MEMBER.c.id == member_id)
        .values(
            name=None, zone=None, birthday=None, source=None, attributes={}, provenance={}, stage="",
            stage_since=None, review_at=None, unfollowed=True, rfm_recency=None,
            rfm_frequency=None, rfm_monetary=None, erased_at=now,
        )
    )  # fmt: skip


def reapply(connection: Connection, tombstones: Sequence[tuple[str, datetime]], now: datetime) -> int:
    """Forget again whom these tombstones name, after a restore; return how many members that were."""
    ring = ring_of(connection)
    digests = {digest for digest, _ in tombstones}
    rows = connection.execute(select(IDENTITY.c.known_as, IDENTITY.c.member_id, IDENTITY.c.account)).all()
    named = [row for row in rows if digest_of(ring, row.known_as) in digests]
    for row in named:
        if row.account:
            unfollowed(connection, row.member_id, row.account, now)
        else:
            everything(connection, row.member_id, now)
    return len({row.member_id for row in named})


def tombstones(connection: Connection, since: datetime | None = None) -> list[tuple[str, datetime]]:
    """Return the tombstones set after `since`, all without it."""
    statement = select(TOMBSTONE.c.digest, TOMBSTONE.c.erased_at)
    if since is not None:
        statement = statement.where(TOMBSTONE.c.erased_at > since)
    return list(connection.execute(statement))


def digest_of(ring: Keyring, known_as: str) -> str:
    """Return the keyed hash under which an identity is buried."""
    return ring.blind("tombstone", known_as)


def _addresses(known: Iterable[Row[Any]]) -> list[str]:
    return [split(row.known_as)[1] for row in known]


def _elsewhere(row: Row[Any], account: str) -> bool:
    """Tell whether this identity proves that somebody else told us of the member too."""
    if row.account:
        return bool(row.account != account)
    return bool(row.source != account)


def _is_pseudonym(known_as: str) -> bool:
    return split(known_as)[1].startswith(PSEUDONYM)


def _bury(connection: Connection, ring: Keyring, known: Iterable[Row[Any]], now: datetime) -> None:
    rows = [
        {"digest": digest_of(ring, row.known_as), "member_id": row.member_id, "erased_at": now}
        for row in known
        if not _is_pseudonym(row.known_as)
    ]
    digests = [row["digest"] for row in rows]
    # Who left before and leaves again is buried anew, with the new date.
    connection.execute(delete(TOMBSTONE).where(TOMBSTONE.c.digest.in_(digests)))
    insert_new(connection, TOMBSTONE, rows, ["digest"])


def _rename(connection: Connection, ring: Keyring, gone: Iterable[Row[Any]]) -> None:
    for row in gone:
        pseudonym = identity(row.account, PSEUDONYM + ring.blind("pseudonym", row.known_as))
        connection.execute(delete(IDENTITY).where(IDENTITY.c.known_as == pseudonym))
        connection.execute(
            update(IDENTITY)
            .where(IDENTITY.c.known_as == row.known_as)
            .values(known_as=pseudonym, following=False)
        )


def _forget_callbacks(
    connection: Connection, member_id: int, known: Iterable[Row[Any]], account: str | None
) -> None:
    """Blank what was answered to the member's callbacks, and drop what of theirs lies in quarantine."""
    statement = select(EVENT.c.key).where(EVENT.c.member_id == member_id)
    if account is not None:
        statement = statement.where(EVENT.c.account == account)
    inbox.forget_answers(connection, list(connection.execute(statement).scalars()))
    for row in known:
        address = literal(split(row.known_as)[1].encode(), LargeBinary)
        connection.execute(delete(QUARANTINE).where(position(connection, QUARANTINE.c.body, address) > 0))
