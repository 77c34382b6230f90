"""What used coupons took off orders."""

from collections.abc import Mapping

from sqlalchemy import Connection, func, select

from bot.domain.coupons import CouponBatch, CouponState, worth
from storage.coupon_stock import COUPON


def coupon_costs(c: Connection, batches: Mapping[str, CouponBatch]) -> dict[str, int]:
    """Return by batch what its redeemed coupons cost, in 分; one no longer configured is left out."""
    p = COUPON.c
    redeemed = select(p.batch, p.amount, func.count()).where(p.state == CouponState.REDEEMED)
    found: dict[str, int] = {}
    for batch, amount, count in c.execute(redeemed.group_by(p.batch, p.amount)):
        if batch in batches:
            found[batch] = found.get(batch, 0) + worth(batches[batch], amount) * count
    return found
