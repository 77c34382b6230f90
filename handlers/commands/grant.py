"""发券: a coupon to a circle or to one member, through an open window; shown first, then confirmed."""

from datetime import timedelta

from bot.domain.commanding.circle import circle
from bot.domain.commanding.command import Asked, Command, Level, Order, Outcome, wrong
from bot.domain.commanding.plans import SEND, Plan, Propose
from bot.domain.delivery.policy import MARKETING
from bot.domain.outbox import CouponOrder, OutboxMessage, Unreachable
from handlers.commands._plans import fair, moment, parts, told

GIFT = "operators/gift"
LASTS = timedelta(days=7)


def run(asked: Asked) -> Outcome:
    """Show whom the coupon would reach."""
    words, said = parts(asked)
    text = said.get("circle") or " ".join(words[:-1])
    if not words or not text:
        raise wrong("grant_how", "grant")
    name = words[-1]
    batch = asked.house.coupons.get(name)
    if batch is None:
        raise wrong("no_batch", "grant", name=name, known="、".join(asked.house.coupons) or "—")
    if not asked.house.basis:
        raise wrong("no_basis", "grant")
    tree = circle(text, asked.names)
    fair(asked, tree, "grant")
    start, _ = moment(asked, said.get("time", ""))
    via = tuple(route for routes in asked.house.replies.values() for route in routes)
    message = OutboxMessage(
        key="?",
        member_id=0,
        template=GIFT,
        purpose=MARKETING,
        via=via,
        created_at=asked.now,
        due_at=asked.now,
        expires_at=asked.now + LASTS,
        unreachable=Unreachable.WAIT,
        coupon=CouponOrder(name, asked.house.basis),
    )
    plan = Plan(SEND, batch.title, text, tree, message, LASTS, start, batch.amount_off or 0)
    return Order(Propose(plan, asked.house.limits), lambda done: told(done, asked), name)


COMMAND = Command("发券", "grant", Level.OUTWARD, "send", run)
