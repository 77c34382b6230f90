"""Which members are inside the segments that rules watch."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, func, select

from bot.domain.effects import SetMembership
from storage.dialect import insert_new
from storage.tables import table
from storage.tables.history import SegmentChangeRow
from storage.tables.members import MembershipRow

MEMBERSHIP = table(MembershipRow)
CROSSED = table(SegmentChangeRow)
KEYS = ("segment", "member_id")


def change(connection: Connection, changes: Sequence[SetMembership]) -> None:
    """Note who entered and who left, in order; who is inside already stays since when they were.

    Every edge crossed is kept as history.
    """
    if not changes:
        return
    crossed = [
        {"member_id": one.member_id, "segment": one.segment, "inside": one.inside, "at": one.at}
        for one in changes
    ]
    connection.execute(CROSSED.insert(), crossed)
    left: set[tuple[str, int]] = set()
    entered: dict[tuple[str, int], SetMembership] = {}
    for one in changes:
        place = (one.segment, one.member_id)
        if one.inside:
            entered.setdefault(place, one)
        else:
            left.add(place)
            entered.pop(place, None)
    if left:
        connection.execute(
            delete(MEMBERSHIP).where(
                MEMBERSHIP.c.segment == bindparam("of_segment"),
                MEMBERSHIP.c.member_id == bindparam("of_member"),
            ),
            [{"of_segment": segment, "of_member": member_id} for segment, member_id in sorted(left)],
        )
    rows = [
        {"segment": segment, "member_id": member_id, "since": entered[segment, member_id].at}
        for segment, member_id in sorted(entered)
    ]
    insert_new(connection, MEMBERSHIP, rows, KEYS)


def sizes(connection: Connection) -> dict[str, int]:
    """Return how many members each watched segment has now."""
    counted = select(MEMBERSHIP.c.segment, func.count()).group_by(MEMBERSHIP.c.segment)
    return dict(connection.execute(counted).all())


def forget(connection: Connection, segments: Sequence[str]) -> int:
    """Delete the memberships of segments no rule watches any more; return how many."""
    return connection.execute(delete(MEMBERSHIP).where(MEMBERSHIP.c.segment.in_(segments))).rowcount
