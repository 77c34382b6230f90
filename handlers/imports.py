"""A row of an imported table: its tags and its consents, each consent with its proof."""

from datetime import datetime

from bot.domain.effects import AddTag, Effect, Emit, SetConsent
from bot.domain.events import CONSENT_GRANTED, IMPORTED, InboundEvent
from bot.domain.handling import Handler, Settings
from bot.domain.members import Member

SEPARATOR = "|"
BASIS = "import"


def take(event: InboundEvent, member: Member, _settings: Settings, _now: datetime) -> list[Effect]:
    """Put on the tags and record the consents of a row."""
    effects: list[Effect] = [AddTag(member.id, name, BASIS, event.at) for name in _listed(event, "tags")]
    for purpose in _listed(event, "consents"):
        effects += _grant(event, member, purpose)
    return effects


def _grant(event: InboundEvent, member: Member, purpose: str) -> list[Effect]:
    """Record a grant as of when it was given; without a time it never outweighs the member's own no."""
    given = event.properties.get("consent_at")
    at = datetime.fromisoformat(str(given)) if given else event.at
    known = member.consents.get(purpose)
    if known is not None and not known.granted and (given is None or at <= known.at):
        return []
    proof = f"{event.key} {event.properties.get('proof', '')}".strip()
    return [
        SetConsent(member.id, purpose, granted=True, basis=BASIS, proof=proof, at=at),
        Emit(member.id, CONSENT_GRANTED, f"{event.key}#{purpose}", at, {"purpose": purpose, "basis": BASIS}),
    ]


def _listed(event: InboundEvent, name: str) -> list[str]:
    return [one for one in str(event.properties.get(name) or "").split(SEPARATOR) if one]


HANDLERS: tuple[Handler, ...] = (Handler(frozenset({IMPORTED}), take),)
