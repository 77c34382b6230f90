"""Points: orders bring them, members ask for them and exchange them."""

from datetime import datetime

from bot.domain.activities import Exchange
from bot.domain.coupons import Refusal
from bot.domain.effects import (
    Attempt,
    ChangePoints,
    Effect,
    ExchangePoints,
    Reply,
    TakeBackPoints,
    TellPoints,
)
from bot.domain.events import MENU_CLICK, MESSAGE, ORDER_PAID, ORDER_REFUNDED, InboundEvent
from bot.domain.handling import Handler, Rank, Settings, Words
from bot.domain.members import Member
from bot.domain.points import ORDER, TOO_FEW, brought
from bot.domain.words import is_word

MINE = ("我的积分", "积分", "my_points")
OFFERS = ("兑换", "积分兑换", "exchange")
# Everybody may exchange; what it takes is the same for all of a level.
BASIS = "open_to_all"


def earn(event: InboundEvent, member: Member, settings: Settings, _now: datetime) -> list[Effect]:
    """Give points for an order, and take them back with what was paid back of it.

    What was spent meanwhile is not asked back: a balance never falls below zero.
    """
    terms = settings.points
    order_id = str(event.properties.get("order_id") or "")
    if event.kind == ORDER_REFUNDED:
        key = f"{event.key}#points"
        return [TakeBackPoints(member.id, order_id, key, event.at, terms)] if order_id else []
    came = brought(event.amount, terms.per_yuan)
    if came <= 0:
        return []
    key = f"{ORDER}:{member.id}:{order_id or event.key}"
    return [ChangePoints(member.id, came, ORDER, key, event.at, terms, order_id)]


def ask(event: InboundEvent, member: Member, settings: Settings, _now: datetime) -> list[Effect]:
    """Tell what the member has, or what there is for it."""
    wish = str(event.properties.get("key", "")) if event.kind == MENU_CLICK else event.text
    template = "points/mine" if is_word(wish, MINE) else "points/offers" if is_word(wish, OFFERS) else ""
    if not template:
        return []
    offers = "\n".join(_offer(one, settings) for one in settings.points.exchanges)
    told = Reply(member.id, Rank.ACTIVITY, template=template, context={"offers": offers})
    return [Attempt(TellPoints(member.id, event.at, settings.points), (told,), {})]


def exchange(event: InboundEvent, member: Member, settings: Settings, _now: datetime) -> list[Effect]:
    """Give a coupon for points.

    Whoever runs a gateway of their own could speak as anybody there, so nothing is given through it.
    """
    if event.account in settings.doubtful_accounts:
        return []
    for one in settings.points.exchanges:
        if is_word(event.text, one.words):
            action = ExchangePoints(member.id, one, BASIS, f"{event.key}#exchange", event.at, settings.points)
            failed: dict[str, tuple[Effect, ...]] = {
                reason: (Reply(member.id, Rank.ACTIVITY, template=f"points/{reason}"),)
                for reason in (TOO_FEW, *Refusal)
            }
            return [Attempt(action, (Reply(member.id, Rank.ACTIVITY, template="points/exchanged"),), failed)]
    return []


def _offer(one: Exchange, settings: Settings) -> str:
    batch = settings.coupons.get(one.coupon)
    prices = sorted({one.points, *one.prices.values()}, reverse=True)
    title = batch.title if batch is not None else one.coupon
    return f"· {one.words[0] if one.words else one.name}: {title} · {'/'.join(map(str, prices))}"


def asked(_settings: Settings) -> Words:
    """Return what asks for points."""
    return Words(whole=(*MINE, *OFFERS))


def exchanged(settings: Settings) -> Words:
    """Return what exchanges them."""
    return Words(whole=tuple(word for one in settings.points.exchanges for word in one.words))


HANDLERS: tuple[Handler, ...] = (
    Handler(frozenset({ORDER_PAID, ORDER_REFUNDED}), earn),
    Handler(frozenset({MENU_CLICK, MESSAGE}), ask, asked),
    Handler(frozenset({MESSAGE}), exchange, exchanged),
)
