"""Where a member came from: the QR scene of a follow or a scan becomes a source tag."""

from datetime import datetime

from bot.domain.effects import AddTag, Effect, SetAttributes
from bot.domain.events import FOLLOWED, SCANNED, InboundEvent
from bot.domain.handling import Handler, Settings
from bot.domain.members import Member


def attribute(event: InboundEvent, member: Member, settings: Settings, _now: datetime) -> list[Effect]:
    """Tag the member with the source of the code; the first source stays the member's own."""
    scene = str(event.properties.get("scene", ""))
    source = settings.sources.get(scene)
    if source is None:
        return []
    effects: list[Effect] = [AddTag(member.id, source, f"qr:{scene}", event.at)]
    if member.source is None:
        effects.append(SetAttributes(member.id, {"source": source}, f"qr:{scene}", event.at))
    return effects


HANDLERS: tuple[Handler, ...] = (Handler(frozenset({FOLLOWED, SCANNED}), attribute),)
