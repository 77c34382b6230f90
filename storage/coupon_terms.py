"""What a batch asks of a claim: how long a code is valid, how many a member may have."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from sqlalchemy import Connection, select

from bot.domain.coupons import Coupon, CouponBatch, CouponClaim, CouponState, Refusal
from storage.coupon_stock import BATCH, COUPON
from storage.dialect import chunks

HELD = (
    CouponState.RESERVED,
    CouponState.ISSUED,
    CouponState.REDEEMED,
    CouponState.EXPIRED,
    CouponState.REFUNDED,
)


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one batch as the ledger keeps them."""

    valid: timedelta
    limit: int | None
    window: timedelta | None

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """Return the terms stored beside a batch."""
        window = stored.get("window_s")
        return cls(
            timedelta(seconds=stored["valid_s"]),
            stored.get("limit"),
            timedelta(seconds=window) if window is not None else None,
        )


def terms_of(batch: CouponBatch) -> dict[str, Any]:
    """Return the part of a batch that decides about claims, as the ledger keeps it."""
    limit = batch.per_member
    return {
        "valid_s": batch.valid.total_seconds(),
        "limit": limit.count if limit else None,
        "window_s": limit.window.total_seconds() if limit and limit.window else None,
    }


def terms_by_name(connection: Connection, names: Iterable[str]) -> dict[str, Terms]:
    """Return the terms of each batch."""
    rows = connection.execute(select(BATCH.c.name, BATCH.c.terms).where(BATCH.c.name.in_(sorted(names))))
    return {row.name: Terms.of(row.terms) for row in rows}


def within_limit(
    connection: Connection,
    name: str,
    claims: Sequence[CouponClaim],
    terms: Terms,
    now: datetime,
    outcomes: dict[str, Coupon | Refusal],
) -> list[CouponClaim]:
    """Return the claims a member may still make; the others are refused in `outcomes`."""
    if terms.limit is None:
        return list(claims)
    had = _counts(connection, name, {claim.member_id for claim in claims}, terms.window, now)
    allowed = []
    for claim in claims:
        if had.get(claim.member_id, 0) >= terms.limit:
            outcomes[claim.key] = Refusal.LIMIT
        else:
            had[claim.member_id] = had.get(claim.member_id, 0) + 1
            allowed.append(claim)
    return allowed


def _counts(
    connection: Connection, name: str, ids: Iterable[int], window: timedelta | None, now: datetime
) -> dict[int, int]:
    counts: dict[int, int] = {}
    for chunk in chunks(sorted(ids)):
        found = select(COUPON.c.member_id).where(
            COUPON.c.batch == name, COUPON.c.member_id.in_(chunk), COUPON.c.state.in_(HELD)
        )
        if window is not None:
            found = found.where(COUPON.c.taken_at > now - window)
        for (member_id,) in connection.execute(found):
            counts[member_id] = counts.get(member_id, 0) + 1
    return counts
