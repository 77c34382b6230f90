"""A coupon shown to whoever holds its code: what it is, never whose."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from bot.domain.coupons import CouponState
from storage.coupon_stock import COUPON


@dataclass(frozen=True, slots=True)
class Shown:
    """A code that can be used now: its batch and until when."""

    code: str
    batch: str
    expires_at: datetime


def usable(connection: Connection, code: str, now: datetime) -> Shown | None:
    """Return the coupon behind a code if it can be used now; None tells nothing about why not."""
    row = connection.execute(
        select(COUPON.c.batch, COUPON.c.expires_at).where(
            COUPON.c.code == code, COUPON.c.state == CouponState.ISSUED, COUPON.c.expires_at > now
        )
    ).one_or_none()
    return Shown(code, row.batch, row.expires_at) if row is not None else None
