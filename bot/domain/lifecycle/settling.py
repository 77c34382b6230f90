"""What the rules' own announcements become: events like any other."""

from bot.domain.effects import Emit
from bot.domain.events import InboundEvent
from bot.domain.identity import NUMBER, identity, number_of

CLOCK = "clock"


def emitted(effect: Emit) -> InboundEvent:
    """Return the event that an effect announces, as the rules hear it."""
    return InboundEvent(
        key=effect.key,
        account=CLOCK,
        kind=effect.kind,
        at=effect.at,
        known_as=identity(NUMBER, number_of(effect.member_id)),
        properties=effect.properties,
        amount=effect.amount,
    )
