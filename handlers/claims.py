"""A keyword brings the coupon that an earlier message promised."""

from datetime import datetime

from bot.domain.coupons import Refusal
from bot.domain.effects import Attempt, Effect, IssueCoupon, Reply
from bot.domain.events import MESSAGE, InboundEvent
from bot.domain.handling import ClaimOffer, Handler, Rank, Settings, Words
from bot.domain.members import Member
from bot.domain.words import is_word


def claim(event: InboundEvent, member: Member, settings: Settings, _now: datetime) -> list[Effect]:
    """Give the promised coupon once per run of the rule, or say plainly why not.

    Whoever runs a gateway of their own could speak as anybody there, so nothing is given through it.
    """
    if event.account in settings.doubtful_accounts:
        return []
    for offer in settings.claims:
        if is_word(event.text, (offer.keyword,)):
            return [_attempt(event, member, offer)]
    return []


def _attempt(event: InboundEvent, member: Member, offer: ClaimOffer) -> Effect:
    entered_at = _entered_at(member, offer)
    if entered_at is None:
        return Reply(member.id, Rank.CLAIM, template="claim/not_offered")
    key = f"claim:{offer.rule}:{offer.step}:{member.id}:{entered_at.isoformat()}"
    promised_by = (offer.rule, offer.step)
    action = IssueCoupon(member.id, offer.batch, offer.basis, key, event.at, promised_by, offer.lasts)
    failed: dict[str, tuple[Effect, ...]] = {
        reason.value: (Reply(member.id, Rank.CLAIM, template=f"claim/{reason.value}"),) for reason in Refusal
    }
    given = Reply(member.id, Rank.CLAIM, template="claim/ok", context={"batch": offer.batch, "key": key})
    return Attempt(action, (given,), failed)


def _entered_at(member: Member, offer: ClaimOffer) -> datetime | None:
    live = [run.entered_at for run in member.runs if run.rule == offer.rule and not run.held_out]
    if live:
        return max(live)
    past = member.past.get(offer.rule)
    return past.last_entered_at if past else None


def words(settings: Settings) -> Words:
    """Return the keywords of everything that may be claimed."""
    return Words(whole=tuple(offer.keyword for offer in settings.claims))


HANDLERS: tuple[Handler, ...] = (Handler(frozenset({MESSAGE}), claim, words),)
