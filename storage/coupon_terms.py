"""What a batch asks of a claim: how long a code is valid, how many a member may have."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from sqlalchemy import Connection, Select, bindparam, literal_column, select

from bot.domain.coupons import Coupon, CouponBatch, CouponClaim, CouponState, Refusal
from storage.coupon_stock import BATCH, COUPON
from storage.dialect import listed, unindexed, within
from storage.reading import Query, stamped

HELD = (
    CouponState.RESERVED,
    CouponState.ISSUED,
    CouponState.REDEEMED,
    CouponState.EXPIRED,
    CouponState.REFUNDED,
)


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one batch as the ledger keeps them; `most` is how many its budget pays for."""

    valid: timedelta
    limit: int | None
    window: timedelta | None
    most: int | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """Return the terms stored beside a batch."""
        window = stored.get("window_s")
        return cls(
            timedelta(seconds=stored["valid_s"]),
            stored.get("limit"),
            timedelta(seconds=window) if window is not None else None,
            stored.get("most"),
        )


def terms_of(batch: CouponBatch) -> dict[str, Any]:
    """Return the part of a batch that decides about claims, as the ledger keeps it."""
    limit = batch.per_member
    return {
        "valid_s": batch.valid.total_seconds(),
        "limit": limit.count if limit else None,
        "window_s": limit.window.total_seconds() if limit and limit.window else None,
        "most": batch.affordable,
        "cash": batch.cash is not None,
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
    query = _HELD if window is None else _HELD_SINCE
    since = {} if window is None else {"since": stamped(connection, now - window)}
    rows = query.rows(connection, name=name, ids=listed(connection, sorted(ids)), **since)
    return Counter(member_id for (member_id,) in rows)


def _held(c: Connection) -> Select[Any]:
    # The member's index leads to few rows, a batch's to all of it.
    return select(COUPON.c.member_id).where(
        within(c, COUPON.c.member_id),
        unindexed(c, COUPON.c.batch) == bindparam("name"),
        unindexed(c, COUPON.c.state).in_([literal_column(f"'{state}'") for state in HELD]),
    )


_HELD = Query(_held)
_HELD_SINCE = Query(lambda c: _held(c).where(COUPON.c.taken_at > bindparam("since")))
