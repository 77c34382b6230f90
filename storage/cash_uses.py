"""Coupons that another house honoured: what it tells of their use is what happened."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from bot.domain.coupons import CouponState
from storage import alerts, till
from storage.cash_grants import code_of
from storage.coupon_stock import COUPON
from storage.coupon_trail import note
from storage.redemption import PAYMENT

DONE = frozenset({"redeemed", "again"})


def used(connection: Connection, platform_id: str, order_id: str, at: datetime, now: datetime) -> str:
    """Note that the coupon was used by this order then; return what came of it, ``unknown`` for no coupon.

    One that ran out here in the meantime was used all the same; one that was taken back here is used too,
    and operators hear of it.
    """
    code = code_of(connection, platform_id)
    if code is None:
        return "unknown"
    row = connection.execute(select(COUPON).where(COUPON.c.code == code).with_for_update()).one()
    over = row.state == CouponState.ISSUED and row.expires_at <= at
    if over or row.state in (CouponState.EXPIRED, CouponState.REVOKED):
        revived = {"state": CouponState.ISSUED, "expires_at": max(row.expires_at, at + timedelta(seconds=1))}
        connection.execute(update(COUPON).where(COUPON.c.id == row.id).values(revived))
        if row.state != CouponState.ISSUED:
            note(connection, [(row.id, CouponState.ISSUED, "used_elsewhere")], now, PAYMENT)
    if row.state == CouponState.REVOKED:
        text = f"{row.batch}: a coupon that was taken back here was used by paying, order {order_id}"
        alerts.raise_(connection, "cash_used", "warning", text, now)
    return till.use_up(connection, code, order_id, PAYMENT, at).outcome
