"""What a send says and how: the options that steps and campaigns share."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.lifecycle.kinds import Fields
from bot.domain.lifecycle.program import Here
from bot.domain.lifecycle.spans import Span, after
from bot.domain.outbox import CouponOrder, OutboxMessage, Unreachable

THREE_DAYS = Span(0, timedelta(days=3))


@dataclass(frozen=True, slots=True)
class Saying:
    """What to say and how: the options of a send."""

    template: str
    via: tuple[str, ...]
    purpose: str = ""
    expires: Span = THREE_DAYS
    unreachable: Unreachable = Unreachable.SKIP
    coupon: str = ""
    basis: str = ""
    claim_keyword: str = ""
    claim_lasts: Span | None = None
    platform_template: str = ""

    def message(self, here: Here, *, is_answer: bool) -> OutboxMessage:
        """Return the message this step queues, with its own key."""
        rule, run, now = here.rule, here.run, here.now
        return OutboxMessage(
            key=here.key,
            member_id=run.member_id,
            template=self.template,
            purpose=self.purpose or rule.purpose,
            via=self.via,
            created_at=now,
            due_at=now,
            expires_at=after(now, self.expires, here.zone),
            priority=rule.priority,
            rule=rule.name,
            step=here.step.id,
            enrollment_id=run.id,
            unreachable=self.unreachable,
            coupon=self.order(now, here),
            platform_template=self.platform_template,
            context=run.context,
            is_answer=is_answer,
            caused_by=here.event.key if here.event is not None else "",
        )

    def order(self, now: datetime, here: Here) -> CouponOrder | None:
        """Return the coupon the message brings, None when it brings none."""
        if not self.coupon:
            return None
        until = after(now, self.claim_lasts, here.zone) if self.claim_lasts else None
        return CouponOrder(self.coupon, self.basis, self.claim_keyword, until)


def saying(fields: Fields) -> Saying:
    """Return the options of a send as the file states them."""
    claim = fields.inside("claim")
    claims = fields.has("claim")
    if claims and not fields.has("coupon"):
        fields.error("a claim delivers a coupon; name one with coupon", "claim")
    return Saying(
        template=fields.reference("template", "template"),
        via=fields.references("via", "route"),
        purpose=fields.text("purpose", ""),
        expires=fields.span("expires") or THREE_DAYS,
        unreachable=Unreachable(fields.word("unreachable", [each.value for each in Unreachable], "skip")),
        coupon=fields.reference("coupon", "coupon", ""),
        basis=fields.text("basis", ""),
        claim_keyword=claim.text("keyword") if claims else "",
        claim_lasts=claim.span("lasts", required=True) if claims else None,
        platform_template=fields.reference("platform_template", "platform template", ""),
    )
