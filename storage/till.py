"""Coupons used up where nobody else tells of it: the use itself becomes an event."""

from dataclasses import dataclass
from datetime import datetime

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


def use_up(connection: Connection, code: str, order_id: str, amount: int, actor: str, now: datetime) -> Used:
    """Use a coupon up for an order of so much (分); the same order again changes nothing."""
    outcome = redemption.redeem(connection, code, order_id, amount, now, actor)
    row = connection.execute(select(COUPON).where(COUPON.c.code == code)).one_or_none()
    if row is None or outcome == "unknown":
        return Used(outcome)
    if outcome == "redeemed" and row.member_id is not None:
        about: dict[str, Scalar] = {"coupon_code": code, "coupon": row.batch, "order_id": order_id}
        told = [(f"till:{code}:{order_id}", row.member_id, about)]
        announcements.announce(connection, told, COUPON_REDEEMED, now)
    return Used(outcome, str(row.batch), str(row.state))
