"""Customers of a corp: whoever an employee has as a contact can be written to, until they part."""

from datetime import datetime

from bot.domain.effects import AddTag, Effect, SetAttributes, SetFollowing
from bot.domain.events import InboundEvent
from bot.domain.handling import Handler, Settings
from bot.domain.members import Member

ADDED, REMOVED = "custom.contact_added", "custom.contact_removed"


def add(event: InboundEvent, member: Member, settings: Settings, _now: datetime) -> list[Effect]:
    """Note the tie, and where the customer came from."""
    effects: list[Effect] = [SetFollowing(member.id, event.account, following=True, at=event.at)]
    state = str(event.properties.get("state") or "")
    source = settings.sources.get(state)
    if source is not None:
        effects.append(AddTag(member.id, source, f"qr:{state}", event.at))
        if member.source is None:
            effects.append(SetAttributes(member.id, {"source": source}, f"qr:{state}", event.at))
    return effects


def remove(event: InboundEvent, member: Member, _settings: Settings, _now: datetime) -> list[Effect]:
    """Note that the tie is cut."""
    return [SetFollowing(member.id, event.account, following=False, at=event.at)]


HANDLERS: tuple[Handler, ...] = (
    Handler(frozenset({ADDED}), add),
    Handler(frozenset({REMOVED}), remove),
)
