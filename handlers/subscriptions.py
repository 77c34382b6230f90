"""Subscription templates: each acceptance earns one notice, a refusal ends what was earned."""

from datetime import datetime

from bot.domain.effects import EarnGrant, Effect
from bot.domain.events import SUBSCRIPTION_ANSWERED, InboundEvent
from bot.domain.handling import Handler, Settings
from bot.domain.members import Member


def answered(event: InboundEvent, member: Member, settings: Settings, _now: datetime) -> list[Effect]:
    """Keep the ledger of grants true; templates we don't know are none of ours."""
    if not settings.subscription_route:
        return []
    return [
        EarnGrant(
            member.id, settings.subscription_route, settings.subscription_names[template], accepted, event.at
        )
        for accepted, names in ((True, "accepted"), (False, "refused"))
        for template in str(event.properties.get(names, "")).split()
        if template in settings.subscription_names
    ]


HANDLERS: tuple[Handler, ...] = (Handler(frozenset({SUBSCRIPTION_ANSWERED}), answered),)
