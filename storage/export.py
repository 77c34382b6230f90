"""Everything known of one member, table by table, for the member (PIPL 45) or for a look inside.

The tables are found in the schema: whatever has a member's key is in, so that a new table cannot be
forgotten.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, or_, select

from bot.domain.errors import NoSuchMember
from bot.domain.identity import number_of
from storage.names import opened_phone
from storage.privacy import Unreadable, mask_phone
from storage.tables import METADATA, table
from storage.tables.delivery import CouponChangeRow, CouponRow, GateRow, OutboxRow
from storage.tables.lifecycle import EnrollmentRow, EnrollmentStepRow
from storage.tables.members import MemberRow

MEMBER = table(MemberRow)
# Rows that belong to a member through another row.
THROUGH: dict[Table, tuple[str, Table, str]] = {
    table(GateRow): ("outbox_id", table(OutboxRow), "id"),
    table(EnrollmentStepRow): ("enrollment_id", table(EnrollmentRow), "id"),
    table(CouponChangeRow): ("coupon_id", table(CouponRow), "id"),
}
# Ours alone: no knowledge of the member, or of no use without our keys.
LEFT_OUT = frozenset({"cipher"})


def member(
    connection: Connection, member_id: int, *, masked: bool = False
) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of a member by table, plain enough for JSON; phones readable unless `masked`.

    Members merged into this one are in. Raises NoSuchMember for a number nobody has.
    """
    ids = list(
        connection.execute(
            select(MEMBER.c.id).where(or_(MEMBER.c.id == member_id, MEMBER.c.merged_into == member_id))
        ).scalars()
    )
    if not ids:
        raise NoSuchMember(number_of(member_id))
    found = {"member": _rows(connection, select(MEMBER).where(MEMBER.c.id.in_(ids)), masked=masked)}
    for owned in tables():
        if owned in THROUGH:
            column, owner, key = THROUGH[owned]
            mine = select(owner.c[key]).where(owner.c.member_id.in_(ids))
            statement = select(owned).where(owned.c[column].in_(mine))
        else:
            statement = select(owned).where(owned.c.member_id.in_(ids))
        order = list(owned.primary_key.columns)
        found[owned.name] = _rows(connection, statement.order_by(*order), masked=masked)
    return found


def tables() -> list[Table]:
    """Return every table, but `member` itself, that holds something of a member."""
    return [one for one in METADATA.sorted_tables if "member_id" in one.c or one in THROUGH]


def _rows(connection: Connection, statement: Any, *, masked: bool) -> list[dict[str, Any]]:
    return [_plain(connection, dict(row), masked=masked) for row in connection.execute(statement).mappings()]


def _plain(connection: Connection, row: dict[str, Any], *, masked: bool) -> dict[str, Any]:
    plain = {name: _value(value) for name, value in row.items() if name not in LEFT_OUT}
    if row.get("cipher"):
        plain["phone"] = _phone(connection, row, masked=masked)
    return plain


def _phone(connection: Connection, row: dict[str, Any], *, masked: bool) -> str:
    try:
        number = opened_phone(connection, row["cipher"], row["member_id"])
    except Unreadable:
        return "unreadable"
    return mask_phone(number) if masked else number


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "replace")
    return value
