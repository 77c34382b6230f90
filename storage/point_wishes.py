"""What members attempt with their points: change, look up, exchange for a coupon."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from bot.domain.activities import Points
from bot.domain.coupons import Coupon, CouponClaim
from bot.domain.effects import ChangePoints, Emit, ExchangePoints, TakeBackPoints, TellPoints
from bot.domain.events import COUPON_ISSUED, LEVEL_REACHED, Scalar
from bot.domain.points import REFUND, TOO_FEW, Change, Changed, brought, next_level
from storage import coupons, holdings, points
from storage.outcomes import Came
from storage.redemption import paid_back

EXCHANGE = "exchange"


def change(connection: Connection, actions: Sequence[ChangePoints], now: datetime) -> list[Came]:
    """Change points; a level reached follows."""
    return [_changed(connection, one, now) for one in actions]


def take_back(connection: Connection, actions: Sequence[TakeBackPoints], now: datetime) -> list[Came]:
    """Take back what orders had brought, by all that was paid back of each so far, and never more."""
    return [_taken_back(connection, one, now) for one in actions]


def tell(connection: Connection, actions: Sequence[TellPoints], _now: datetime) -> list[Came]:
    """Tell what members have, at which level they are, what is next, what ends first."""
    return [Came(facts=_standing(connection, one.member_id, one.terms)) for one in actions]


def exchange(connection: Connection, actions: Sequence[ExchangePoints], now: datetime) -> list[Came]:
    """Give coupons for points, each with its points or not at all."""
    return [_exchanged(connection, one, now) for one in actions]


def levelled(member_id: int, key: str, changed: Changed, now: datetime) -> tuple[Emit, ...]:
    """Return the event of a level reached by a change, if it was."""
    if not changed.risen:
        return ()
    return (Emit(member_id, LEVEL_REACHED, f"{key}#level", now, {"level": changed.level}),)


def _changed(connection: Connection, one: ChangePoints, now: datetime) -> Came:
    wish = Change(one.key, one.member_id, one.delta, one.cause, one.reference)
    (changed,) = points.change(connection, [wish], one.terms, now)
    facts: dict[str, Scalar] = {
        "points": changed.balance, "delta": changed.delta, "level": changed.level, "needs": -one.delta,
    }  # fmt: skip
    return Came(changed.reason, facts, levelled(one.member_id, one.key, changed, now))


def _taken_back(connection: Connection, one: TakeBackPoints, now: datetime) -> Came:
    came, gone = points.of_order(connection, one.member_id, one.order_id)
    due = min(came, brought(paid_back(connection, one.member_id, one.order_id), one.terms.per_yuan))
    if due <= gone:
        return Came()
    wish = Change(one.key, one.member_id, gone - due, REFUND, one.order_id)
    points.change(connection, [wish], one.terms, now)
    return Came()


def _standing(connection: Connection, member_id: int, terms: Points) -> dict[str, Scalar]:
    earned = points.earned(connection, member_id)
    standing = points.left(connection, member_id)
    above = next_level(earned, terms.levels)
    ending = next(((amount, end) for amount, end in standing if end is not None), None)
    level = [name for name, needs in terms.levels.items() if earned >= needs]
    return {
        "points": sum(amount for amount, _ in standing),
        "level": level[-1] if level else "",
        "next_level": above[0] if above else "",
        "lacks": above[1] if above else 0,
        "ending": ending[0] if ending else 0,
        "ends_on": ending[1].isoformat() if ending and ending[1] else "",
    }


def _exchanged(connection: Connection, one: ExchangePoints, now: datetime) -> Came:
    standing = _standing(connection, one.member_id, one.terms)
    price = one.exchange.prices.get(str(standing["level"]), one.exchange.points)
    facts: dict[str, Scalar] = {**standing, "price": price, "batch": one.exchange.coupon, "key": one.key}
    claim = CouponClaim(one.key, one.exchange.coupon, one.member_id, one.basis)
    if holdings.held(connection, one.key) is not None:
        return Came(facts=facts)
    if int(str(standing["points"])) < price:
        return Came(TOO_FEW, facts)
    given = coupons.issue(connection, [claim], now)[one.key]
    if not isinstance(given, Coupon):
        return Came(given.value, facts)
    wish = Change(f"{one.key}#points", one.member_id, -price, EXCHANGE, one.exchange.name)
    (paid,) = points.change(connection, [wish], one.terms, now)
    if paid.reason:
        raise AssertionError("points that were there a moment ago are gone within one transaction")
    news = {"coupon": one.exchange.coupon, "basis": one.basis}
    issued = Emit(one.member_id, COUPON_ISSUED, f"{one.key}#issued", now, news)
    return Came(facts={**facts, "points": paid.balance}, followed=(issued,))
