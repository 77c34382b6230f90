"""Coupons taken back: by an operator, or with what had earned them."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.domain.coupons import CouponState
from storage.coupon_stock import COUPON
from storage.coupon_trail import note
from storage.tables import table
from storage.tables.lifecycle import EnrollmentRow

ENROLLMENT = table(EnrollmentRow)


def revoke(connection: Connection, code: str, cause: str, now: datetime) -> str:
    """Take back a coupon that is not used; return ``revoked``, ``unknown``, or the state it stays in."""
    row = connection.execute(select(COUPON).where(COUPON.c.code == code).with_for_update()).one_or_none()
    if row is None or row.state in (CouponState.FREE, CouponState.RESERVED):
        return "unknown"
    if row.state != CouponState.ISSUED:
        return str(row.state)
    connection.execute(update(COUPON).where(COUPON.c.id == row.id).values(state=CouponState.REVOKED, at=now))
    note(connection, [(row.id, CouponState.REVOKED, cause)], now)
    return CouponState.REVOKED.value


def revoke_brought(connection: Connection, member_id: int, key: str, cause: str, now: datetime) -> int:
    """Take back what a member's runs of this key brought; return how many of it were used already."""
    runs = connection.execute(
        select(ENROLLMENT.c.id).where(ENROLLMENT.c.member_id == member_id, ENROLLMENT.c.key == key)
    ).scalars()
    used = 0
    for run in runs.all():
        codes = select(COUPON.c.code).where(
            COUPON.c.member_id == member_id, COUPON.c.key.startswith(f"{run}/", autoescape=True)
        )
        found = connection.execute(codes).scalars().all()
        outcomes = [revoke(connection, code, cause, now) for code in found]
        used += outcomes.count(CouponState.REDEEMED.value)
    return used
