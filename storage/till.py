"""Coupons used up where nobody else tells of it: the use itself becomes an event."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.domain.events import COUPON_REDEEMED, Scalar
from storage import announcements, redemption
from storage.coupon_stock import COUPON


@dataclass(frozen=True, slots=True)
class Used:
    """What came of it: ``redeemed``, ``again`` or why not; the code's batch and state then."""

    outcome: str
    batch: str = ""
    state: str = ""


def use_up(
    connection: Connection,
    written: str,
    order_id: str,
    actor: str,
    now: datetime,
    paid: Callable[[str], int] = lambda _batch: 0,
) -> Used:
    """Use a coupon up for an order; the same order again changes nothing.

    `paid` tells what is paid with a coupon of a batch (分), 0 where that is not known.
    """
    row = find(connection, written)
    if row is None:
        return Used("unknown")
    outcome = redemption.redeem(connection, row.code, order_id, paid(row.batch), now, actor)
    if outcome == "unknown":
        return Used(outcome)
    if outcome == "redeemed" and row.member_id is not None:
        about: dict[str, Scalar] = {"coupon_code": row.code, "coupon": row.batch, "order_id": order_id}
        told = [(f"till:{row.code}:{order_id}", row.member_id, about)]
        announcements.announce(connection, told, COUPON_REDEEMED, now)
    after = find(connection, row.code)
    return Used(outcome, str(row.batch), str(after.state) if after is not None else "")


def find(connection: Connection, written: str) -> Any:
    """Return the row of a code as people write it, as it is or in capitals as our own are; None for none."""
    code = written.strip()
    for each in (code, code.upper()):
        row = connection.execute(select(COUPON).where(COUPON.c.code == each)).one_or_none()
        if row is not None:
            return row
    return None
