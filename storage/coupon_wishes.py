"""Coupons wished for by events: given if they were promised and while there are any."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from bot.domain.coupons import Coupon, CouponClaim, Refusal
from bot.domain.effects import Emit, IssueCoupon
from bot.domain.events import COUPON_ISSUED
from bot.domain.outbox import OutboxState
from storage import coupons, rewards
from storage.outcomes import Came
from storage.tables import table
from storage.tables.delivery import CouponRow, OutboxRow

OUTBOX = table(OutboxRow)
COUPON = table(CouponRow)


def resolve(connection: Connection, actions: Sequence[IssueCoupon], now: datetime) -> list[Came]:
    """Issue what is wished for; a `coupon.issued` follows each coupon that was not there before."""
    had = _given_before(connection, actions)
    given = _issue(connection, actions, now)
    rewards.given(connection, [one for one in actions if isinstance(given[one.key], Coupon)], now)
    came: list[Came] = []
    for action in actions:
        outcome = given[action.key]
        if not isinstance(outcome, Coupon):
            came.append(Came(outcome.value))
            continue
        news = (_issued(action, now),) if action.key not in had else ()
        had.add(action.key)
        came.append(Came(followed=news))
    return came


def _given_before(connection: Connection, actions: Sequence[IssueCoupon]) -> set[str]:
    keys = [action.key for action in actions]
    return set(connection.execute(select(COUPON.c.key).where(COUPON.c.key.in_(keys))).scalars())


def _issue(
    connection: Connection, actions: Sequence[IssueCoupon], now: datetime
) -> dict[str, Coupon | Refusal]:
    refused: dict[str, Coupon | Refusal] = {}
    claims: list[CouponClaim] = []
    unearned = rewards.unearned(connection, actions)
    for action in actions:
        refusal = Refusal.CLOSED if action.key in unearned else _unpromised(connection, action, now)
        if refusal is not None:
            refused[action.key] = refusal
        else:
            claims.append(CouponClaim(action.key, action.batch, action.member_id, action.basis))
    return {**(coupons.issue(connection, claims, now) if claims else {}), **refused}


def _unpromised(connection: Connection, action: IssueCoupon, now: datetime) -> Refusal | None:
    """Return why a claim is not the member's to make: its message was not sent, or too long ago."""
    if action.promised_by is None:
        return None
    rule, step = action.promised_by
    sent_at = connection.execute(
        select(func.max(OUTBOX.c.finished_at)).where(
            OUTBOX.c.member_id == action.member_id,
            OUTBOX.c.rule == rule,
            OUTBOX.c.step == step,
            # A send whose outcome nobody knows may well have been read.
            OUTBOX.c.state.in_([OutboxState.SENT.value, OutboxState.UNKNOWN.value]),
        )
    ).scalar_one()
    if sent_at is None:
        return Refusal.CLOSED
    late = action.lasts is not None and now - sent_at > _generous(action.lasts)
    return Refusal.EXPIRED if late else None


def _generous(lasts: timedelta) -> timedelta:
    """Return the promised time with a minute for a message written in its last second."""
    return lasts + timedelta(minutes=1)


def _issued(action: IssueCoupon, now: datetime) -> Emit:
    properties = {"coupon": action.batch, "basis": action.basis}
    return Emit(action.member_id, COUPON_ISSUED, f"{action.key}#issued", now, properties)
