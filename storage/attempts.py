"""Effects whose outcome decides what happens next: coupons wished for, operators' codes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from bot.domain.coupons import Coupon, CouponClaim, Refusal
from bot.domain.effects import Attempt, BindOperator, Effect, Emit, IssueCoupon
from bot.domain.events import COUPON_ISSUED
from bot.domain.outbox import OutboxState
from storage import binding, coupons
from storage.tables import table
from storage.tables.delivery import CouponRow, OutboxRow

OUTBOX = table(OutboxRow)
COUPON = table(CouponRow)
OTHERWISE = "otherwise"
Outcome = Coupon | Refusal
_UNCERTAIN = frozenset({Attempt, IssueCoupon})


def resolve(connection: Connection, groups: Sequence[Sequence[Effect]], now: datetime) -> list[list[Effect]]:
    """Issue the coupons the groups wish for and return, for each group, what follows from the outcome.

    What follows is the branch of an attempt that its outcome chose, with attempts in it resolved as
    well, and a `coupon.issued` event for every coupon given now.
    """
    if not any(type(effect) in _UNCERTAIN for group in groups for effect in group):
        return [[] for _ in groups]
    outcomes: list[list[Effect]] = [_bound(connection, group, now) for group in groups]
    pending = [
        (place, effect) for place, group in enumerate(groups) for effect in group if _of_coupon(effect)
    ]
    while pending:
        actions = [_action(effect) for _, effect in pending]
        had = _given_before(connection, actions)
        given = _issue(connection, actions, now)
        again: list[tuple[int, Effect]] = []
        for place, effect in pending:
            action = _action(effect)
            outcome = given[action.key]
            followed = _branch(effect, outcome)
            outcomes[place] += followed
            if isinstance(outcome, Coupon) and action.key not in had:
                had.add(action.key)
                outcomes[place].append(_issued(action, now))
            again += [(place, one) for one in followed if _of_coupon(one)]
        pending = again
    return outcomes


def _bound(connection: Connection, group: Sequence[Effect], now: datetime) -> list[Effect]:
    """Bind operators as a group wishes and return what follows."""
    followed: list[Effect] = []
    for effect in group:
        if isinstance(effect, Attempt) and isinstance(effect.action, BindOperator):
            refusal = binding.bind(connection, effect.action, now)
            followed += effect.ok if refusal is None else effect.failed.get(refusal, ())
    return followed


def _of_coupon(effect: Effect) -> bool:
    action = effect.action if isinstance(effect, Attempt) else effect
    return isinstance(action, IssueCoupon)


def _action(effect: Effect) -> IssueCoupon:
    action = effect.action if isinstance(effect, Attempt) else effect
    if not isinstance(action, IssueCoupon):
        raise TypeError(f"{type(action).__name__} is no wish for a coupon")
    return action


def _given_before(connection: Connection, actions: Sequence[IssueCoupon]) -> set[str]:
    keys = [action.key for action in actions]
    return set(connection.execute(select(COUPON.c.key).where(COUPON.c.key.in_(keys))).scalars())


def _branch(effect: Effect, outcome: Outcome) -> tuple[Effect, ...]:
    if not isinstance(effect, Attempt):
        return ()
    if isinstance(outcome, Coupon):
        return effect.ok
    return effect.failed.get(outcome.value, effect.failed.get(OTHERWISE, ()))


def _issue(connection: Connection, actions: Sequence[IssueCoupon], now: datetime) -> dict[str, Outcome]:
    refused: dict[str, Outcome] = {}
    claims: list[CouponClaim] = []
    for action in actions:
        refusal = _unpromised(connection, action, now)
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
