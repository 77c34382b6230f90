"""What becomes of coupons after they were issued: used, out of time, refunded, counted."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, literal_column, select, update

from bot.domain.coupons import CouponState
from bot.domain.events import ORDER_PAID, ORDER_REFUNDED
from storage import cash_grants
from storage.coupon_stock import BATCH, COUPON
from storage.coupon_trail import note
from storage.dialect import property_text
from storage.reading import Query, moment_decoder
from storage.tables import table
from storage.tables.events import EventRow

EVENT = table(EventRow)
USED = "used"
# Who tells of coupons that another house honours.
PAYMENT = "payment"


def redeem(
    connection: Connection, code: str, order_id: str, amount: int, now: datetime, actor: str = "shop"
) -> str:
    """Mark an issued code as used by this order; the same order again changes nothing.

    Returns ``redeemed``, ``again``, or why not: ``unknown``, ``used`` (by another order), ``expired`` or the
    state it is in.
    """
    row = connection.execute(select(COUPON).where(COUPON.c.code == code).with_for_update()).one_or_none()
    if row is None or row.state in (CouponState.FREE, CouponState.RESERVED):
        return "unknown"
    if actor != PAYMENT and cash_grants.is_elsewhere(connection, code):
        return "unknown"  # used by paying, so no till may take it a second time
    if row.state == CouponState.REDEEMED:
        return "again" if row.order_id == order_id and order_id else USED
    if row.state != CouponState.ISSUED:
        return str(row.state)
    if row.expires_at is not None and row.expires_at <= now:
        return "expired"
    connection.execute(
        update(COUPON)
        .where(COUPON.c.id == row.id)
        .values(state=CouponState.REDEEMED, redeemed_at=now, at=now, order_id=order_id, amount=amount)
    )
    note(connection, [(row.id, CouponState.REDEEMED, f"order:{order_id}")], now, actor)
    return "redeemed"


def refund(connection: Connection, member_id: int, order_id: str, amount: int, now: datetime) -> str:
    """Note that an order which used a coupon was paid back, wholly or in part; a part keeps it used.

    `amount` is what was paid back now (分), 0 for all of it. Returns ``refunded``, ``in_part``, or empty
    where the order used none.
    """
    used = select(COUPON).where(COUPON.c.order_id == order_id, COUPON.c.state == CouponState.REDEEMED)
    # Whoever has a code may use it, so it need not be the member's own; but theirs comes first.
    found = connection.execute(used.order_by(COUPON.c.id).with_for_update()).all() if order_id else []
    rows = [row for row in found if row.member_id == member_id] or found
    if not rows:
        return ""
    paid = max(row.amount for row in rows) or _paid(connection, member_id, order_id)
    whole = amount == 0 or 0 < paid <= paid_back(connection, member_id, order_id)
    state = CouponState.REFUNDED if whole else CouponState.REDEEMED
    for row in rows:
        connection.execute(update(COUPON).where(COUPON.c.id == row.id).values(state=state, at=now))
        note(connection, [(row.id, state, f"refund:{order_id}:{amount}")], now, "shop")
    return "refunded" if whole else "in_part"


def _paid(connection: Connection, member_id: int, order_id: str) -> int:
    """Return what the order cost, 0 where nobody told."""
    return _summed(connection, member_id, order_id, ORDER_PAID)


def paid_back(connection: Connection, member_id: int, order_id: str) -> int:
    """Return what was paid back of an order so far (分); the event at hand is written already."""
    return _summed(connection, member_id, order_id, ORDER_REFUNDED)


def _summed(connection: Connection, member_id: int, order_id: str, kind: str) -> int:
    mine = (EVENT.c.member_id == member_id, EVENT.c.kind == kind)
    of = property_text(connection, EVENT.c.properties, "order_id") == order_id
    return int(connection.execute(select(func.sum(EVENT.c.amount)).where(*mine, of)).scalar() or 0)


def expire(connection: Connection, now: datetime, limit: int = 1000) -> list[tuple[int, str, str]]:
    """Expire issued coupons whose time has passed; returns (member id, batch, code) of each."""
    rows = connection.execute(
        select(COUPON)
        .where(COUPON.c.state == CouponState.ISSUED, COUPON.c.expires_at <= now)
        .order_by(COUPON.c.expires_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if rows:
        ids = [row.id for row in rows]
        connection.execute(
            update(COUPON).where(COUPON.c.id.in_(ids)).values(state=CouponState.EXPIRED, at=now)
        )
        note(connection, [(coupon_id, CouponState.EXPIRED, "time") for coupon_id in ids], now, "clock")
    return [(row.member_id, row.batch, row.code) for row in rows]


def next_expiry(connection: Connection) -> datetime | None:
    """Return when the next issued coupon runs out."""
    found = _NEXT_EXPIRY.rows(connection)[0][0]
    return None if found is None else moment_decoder(connection)(found)


_NEXT_EXPIRY = Query(
    lambda _connection: select(func.min(COUPON.c.expires_at)).where(
        COUPON.c.state == literal_column(f"'{CouponState.ISSUED}'")
    )
)


def standing(connection: Connection, name: str) -> dict[str, int]:
    """Return how many codes of a batch are in each state; they sum up to the batch's stock.

    ``free`` counts codes still in stock, made or not; codes that came back are free again.
    """
    batch = connection.execute(select(BATCH).where(BATCH.c.name == name)).one()
    rows: Any = connection.execute(
        select(COUPON.c.state, func.count()).where(COUPON.c.batch == name).group_by(COUPON.c.state)
    )
    states = {str(state): int(count) for state, count in rows}
    states.pop(CouponState.RETURNED, None)
    states[CouponState.FREE] = batch.stock - batch.taken
    return states
