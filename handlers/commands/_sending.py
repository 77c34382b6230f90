"""A campaign to a circle, now or at a time: what 群发 and 定时 show alike."""

from bot.domain.commanding.circle import circle
from bot.domain.commanding.command import Asked, Order, Outcome, wrong
from bot.domain.commanding.plans import SEND, Plan, Propose
from bot.domain.lifecycle.campaign import Campaign
from bot.domain.outbox import CouponOrder, OutboxMessage
from handlers.commands._plans import fair, moment, parts, told


def proposed(asked: Asked, alias: str, *, timed: bool) -> Outcome:
    """Return the order to show a campaign to a circle; `timed` asks for a time."""
    words, said = parts(asked)
    if not words:
        raise wrong("send_how", alias)
    name = words[0]
    campaign = asked.house.campaigns.get(name)
    if campaign is None:
        raise wrong("no_campaign", alias, name=name, known="、".join(asked.house.campaigns) or "—")
    start, _ = moment(asked, said.get("time", "") or " ".join(words[1:]))
    if timed and start is None:
        raise wrong("schedule_how", alias)
    text = said.get("circle", "")
    tree = circle(text, asked.names) if text else campaign.audience
    if campaign.saying.coupon:
        fair(asked, tree, alias)
    batch = asked.house.coupons.get(campaign.saying.coupon)
    plan = Plan(
        SEND,
        name,
        text or name,
        tree,
        message_of(campaign, asked),
        campaign.saying.expires.length,
        start,
        (batch.amount_off or 0) if batch else 0,
        campaign.version,
    )
    return Order(Propose(plan, asked.house.limits), lambda done: told(done, asked), name)


def message_of(campaign: Campaign, asked: Asked) -> OutboxMessage:
    """Return a campaign's message as everybody gets it, due now, still without a member."""
    saying = campaign.saying
    order = CouponOrder(saying.coupon, saying.basis, saying.claim_keyword) if saying.coupon else None
    return OutboxMessage(
        key="?",
        member_id=0,
        template=saying.template,
        purpose=saying.purpose or campaign.purpose,
        via=saying.via,
        created_at=asked.now,
        due_at=asked.now,
        expires_at=asked.now + saying.expires.length,
        priority=campaign.priority,
        unreachable=saying.unreachable,
        coupon=order,
        platform_template=saying.platform_template,
    )
