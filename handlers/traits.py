"""What a shop's system tells us about a member is kept with the name of who told it."""

from datetime import datetime

from bot.domain.effects import Effect, RedeemCoupon, RefundCoupon, SetAttributes
from bot.domain.events import COUPON_REDEEMED, ORDER_PAID, ORDER_REFUNDED, InboundEvent
from bot.domain.handling import Handler, Settings
from bot.domain.members import Member


def learn(event: InboundEvent, member: Member, _settings: Settings, _now: datetime) -> list[Effect]:
    """Set the attributes an event carries."""
    if not event.traits:
        return []
    return [SetAttributes(member.id, event.traits, event.account, event.at)]


def redeem(event: InboundEvent, member: Member, _settings: Settings, _now: datetime) -> list[Effect]:
    """Mark the code an order used; told by the order itself or of its own, once for the order.

    A code that is nobody's, used up or another order's changes nothing.
    """
    code = str(event.properties.get("coupon_code") or event.properties.get("coupon_id") or "")
    if not code:
        return []
    order_id = str(event.properties.get("order_id", ""))
    return [RedeemCoupon(member.id, code, order_id, event.amount, event.at)]


def refund(event: InboundEvent, member: Member, _settings: Settings, _now: datetime) -> list[Effect]:
    """Note a coupon whose order was paid back."""
    order_id = str(event.properties.get("order_id") or "")
    return [RefundCoupon(member.id, order_id, event.amount, event.at)] if order_id else []


HANDLERS: tuple[Handler, ...] = (
    Handler(frozenset(), learn),
    Handler(frozenset({COUPON_REDEEMED, ORDER_PAID}), redeem),
    Handler(frozenset({ORDER_REFUNDED}), refund),
)
