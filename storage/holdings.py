"""Which coupons a member has: by claim, by run, and what can be used now."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.domain.coupons import Coupon, CouponState
from storage.coupon_stock import COUPON
from storage.dialect import chunks


def held(connection: Connection, key: str) -> Coupon | None:
    """Return the coupon that this claim got."""
    row = connection.execute(select(COUPON).where(COUPON.c.key == key)).one_or_none()
    if row is None:
        return None
    return coupon_of(row)


def brought(connection: Connection, runs: Iterable[tuple[int, str, str]]) -> dict[str, Coupon]:
    """Return, by enrollment id, the newest coupon that each run (member id, id, rule) has brought.

    Whether a message carried it, a step issued it or a keyword claimed it: a later message of the run
    may speak of it.
    """
    wanted = list(runs)
    held: dict[int, list[tuple[str, Coupon]]] = {}
    for chunk in chunks(sorted({member_id for member_id, _, _ in wanted})):
        found = select(COUPON).where(COUPON.c.member_id.in_(chunk), COUPON.c.key.is_not(None))
        for row in connection.execute(found.order_by(COUPON.c.id)):
            held.setdefault(row.member_id, []).append((row.key, coupon_of(row)))
    return {
        run: coupon
        for member_id, run, rule in wanted
        for key, coupon in held.get(member_id, ())
        if key.startswith((f"{run}/", f"claim:{rule}:"))
    }


def usable(connection: Connection, member_id: int, now: datetime) -> list[Coupon]:
    """Return the coupons a member can use now, the first to expire first."""
    rows = connection.execute(
        select(COUPON)
        .where(
            COUPON.c.member_id == member_id, COUPON.c.state == CouponState.ISSUED, COUPON.c.expires_at > now
        )
        .order_by(COUPON.c.expires_at, COUPON.c.id)
    )
    return [coupon_of(row) for row in rows]


def coupon_of(row: Any) -> Coupon:
    """Return the coupon of a ledger row."""
    return Coupon(row.code, row.batch, row.member_id, CouponState(row.state), row.expires_at)
