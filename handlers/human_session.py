"""While a person of ours talks with a member, no programme talks into it."""

from datetime import datetime, timedelta

from bot.domain.delivery.policy import AUTOMATION
from bot.domain.effects import Effect, EndSilence, Suppress
from bot.domain.events import HUMAN_BEGAN, HUMAN_ENDED, InboundEvent
from bot.domain.handling import Handler, Settings
from bot.domain.members import Member

# A session whose end nobody reports does not silence us for ever.
LONGEST = timedelta(hours=24)


def begin(event: InboundEvent, member: Member, _settings: Settings, _now: datetime) -> list[Effect]:
    """Hold everything but answers while the session lasts."""
    return [Suppress(member.id, AUTOMATION, event.at + LONGEST, "human_session", event.at)]


def end(event: InboundEvent, member: Member, _settings: Settings, _now: datetime) -> list[Effect]:
    """Let what waited go on."""
    return [EndSilence(member.id, AUTOMATION, event.at)]


HANDLERS: tuple[Handler, ...] = (
    Handler(frozenset({HUMAN_BEGAN}), begin),
    Handler(frozenset({HUMAN_ENDED}), end),
)
