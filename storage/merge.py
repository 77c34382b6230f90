"""Two members turn out to be one person: one lives on with both histories, the other points to it.

Merging again, in the other direction, in chains or in rings changes nothing more.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, or_, select, update

from bot.domain.lifecycle.enrollment import EnrollmentState
from bot.domain.outbox import OutboxState
from storage import merging, party_places
from storage.dialect import lock_members
from storage.names import opened_phone, sealed_phone
from storage.profile import refresh_unfollowed
from storage.tables import METADATA, table
from storage.tables.activities import InvitationRow, PartyMemberRow, ReferralRow
from storage.tables.contents import ShownRow
from storage.tables.delivery import AllowanceRow, OutboxRow
from storage.tables.groups import GroupMemberRow
from storage.tables.lifecycle import EnrollmentRow
from storage.tables.members import (
    ConsentRow,
    IdentityRow,
    MemberRow,
    MembershipRow,
    SuppressionRow,
    TagRow,
    TallyRow,
)
from storage.tables.points import CheckInRow, PointAccountRow

MEMBER = table(MemberRow)
IDENTITY = table(IdentityRow)
ENROLLMENT = table(EnrollmentRow)
OUTBOX = table(OutboxRow)
MERGED = "merged"

# Rows of which one per member and key may stand, and how several become one.
Combine = Callable[[Sequence[merging.Fields]], merging.Fields]
COMBINED: Mapping[Table, tuple[tuple[str, ...], Combine]] = {
    table(TagRow): (("name",), merging.tags),
    table(TallyRow): (("kind",), merging.tallies),
    table(ConsentRow): (("purpose",), merging.consents),
    table(SuppressionRow): (("purpose",), merging.suppressions),
    table(MembershipRow): (("segment",), merging.memberships),
    table(GroupMemberRow): (("chat",), merging.group_places),
    table(AllowanceRow): (("route", "template"), merging.allowances),
    table(CheckInRow): (("day",), merging.earliest),
    table(PointAccountRow): ((), merging.point_accounts),
    table(InvitationRow): ((), merging.earliest),
    table(ReferralRow): ((), merging.earliest),
    table(PartyMemberRow): (("party_id",), merging.party_places),
    table(ShownRow): (("item",), merging.earliest),
}
REFERRAL = table(ReferralRow)
# Every other row with a member's key simply changes hands; a table made tomorrow does too.
MOVED: tuple[Table, ...] = tuple(
    one
    for one in METADATA.sorted_tables
    if "member_id" in one.c and one is not IDENTITY and one not in COMBINED
)


def merge(connection: Connection, survivor: int, losers: Iterable[int], now: datetime) -> int:
    """Make the losers part of the survivor and return the id that lives on.

    An id merged earlier stands for who it became. Enrollments of both are kept; where both run through
    the same rule, the older run goes on.
    """
    ids = {survivor, *losers}
    lock_members(connection, ids)
    roots = dict(
        connection.execute(select(MEMBER.c.id, MEMBER.c.merged_into).where(MEMBER.c.id.in_(ids))).all()
    )
    root = roots.get(survivor) or survivor
    others = sorted({roots.get(one) or one for one in ids if one in roots} - {root})
    if not others:
        return root
    lock_members(connection, {root, *others})
    party_places.unite(connection, [root, *others], now)
    for owned in MOVED:
        connection.execute(update(owned).where(owned.c.member_id.in_(others)).values(member_id=root))
    for shared, (keys, combine) in COMBINED.items():
        _combine(connection, shared, root, others, keys, combine)
    connection.execute(update(REFERRAL).where(REFERRAL.c.inviter_id.in_(others)).values(inviter_id=root))
    _move_identities(connection, root, others)
    _end_younger_runs(connection, root, now)
    _join_rows(connection, root, others, now)
    refresh_unfollowed(connection, [root])
    return root


def _combine(
    connection: Connection,
    shared: Table,
    root: int,
    others: list[int],
    keys: tuple[str, ...],
    combine: Combine,
) -> None:
    rows = [
        dict(row)
        for row in connection.execute(
            select(shared).where(shared.c.member_id.in_([root, *others])).order_by(shared.c.member_id)
        ).mappings()
    ]
    if all(row["member_id"] == root for row in rows):
        return
    groups: dict[tuple[Any, ...], list[merging.Fields]] = {}
    for row in rows:
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    connection.execute(delete(shared).where(shared.c.member_id.in_([root, *others])))
    connection.execute(shared.insert(), [{**combine(group), "member_id": root} for group in groups.values()])


def _move_identities(connection: Connection, root: int, others: list[int]) -> None:
    sealed = connection.execute(
        select(IDENTITY.c.known_as, IDENTITY.c.member_id, IDENTITY.c.cipher).where(
            IDENTITY.c.member_id.in_(others), IDENTITY.c.cipher.is_not(None)
        )
    ).all()
    connection.execute(update(IDENTITY).where(IDENTITY.c.member_id.in_(others)).values(member_id=root))
    # A cipher opens only at the member it was sealed to.
    for known_as, was, cipher in sealed:
        again = sealed_phone(connection, opened_phone(connection, cipher, was), root)
        connection.execute(update(IDENTITY).where(IDENTITY.c.known_as == known_as).values(cipher=again))


def _end_younger_runs(connection: Connection, root: int, now: datetime) -> None:
    live = connection.execute(
        select(ENROLLMENT.c.id, ENROLLMENT.c.rule, ENROLLMENT.c.key)
        .where(ENROLLMENT.c.member_id == root, ENROLLMENT.c.state == EnrollmentState.ACTIVE.value)
        .order_by(ENROLLMENT.c.entered_at, ENROLLMENT.c.id)
    ).all()
    seen: set[tuple[str, str]] = set()
    younger = []
    for run_id, rule, key in live:
        if (rule, key) in seen:
            younger.append(run_id)
        seen.add((rule, key))
    if not younger:
        return
    connection.execute(
        update(ENROLLMENT)
        .where(ENROLLMENT.c.id.in_(younger))
        .values(state=EnrollmentState.EXITED.value, reason=MERGED, ended_at=now, due_at=None, waiting_for="")
    )
    waiting = OUTBOX.c.state.in_([OutboxState.QUEUED.value, OutboxState.WAITING.value])
    connection.execute(
        update(OUTBOX)
        .where(and_(waiting, OUTBOX.c.enrollment_id.in_(younger)))
        .values(state=OutboxState.SKIPPED.value, reason=MERGED, finished_at=now)
    )


def _join_rows(connection: Connection, root: int, others: list[int], now: datetime) -> None:
    rows = connection.execute(select(MEMBER).where(MEMBER.c.id.in_([root, *others])).order_by(MEMBER.c.id))
    by_id = {row["id"]: dict(row) for row in rows.mappings()}
    joined = merging.members([by_id[root], *(by_id[other] for other in others)])
    # Everything may look different now: stages and segments are evaluated anew at the next pass.
    connection.execute(update(MEMBER).where(MEMBER.c.id == root).values(**joined, review_at=now))
    connection.execute(
        update(MEMBER)
        .where(or_(MEMBER.c.id.in_(others), MEMBER.c.merged_into.in_(others)))
        .values(
            merged_into=root, name=None, zone=None, birthday=None, source=None, attributes={}, provenance={},
            review_at=None, stage="", stage_since=None,
        )
    )  # fmt: skip
