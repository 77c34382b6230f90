"""A phone number told in chat finds the member's other self."""

from datetime import datetime

from bot.domain.effects import Effect, TellPhone
from bot.domain.events import SAID, InboundEvent
from bot.domain.handling import Handler, Settings
from bot.domain.members import Member
from bot.domain.phones import told_phone


def hear(event: InboundEvent, member: Member, _settings: Settings, _now: datetime) -> list[Effect]:
    """Note a message that is a phone number and nothing else."""
    phone = told_phone(event.text)
    return [] if phone is None else [TellPhone(member.id, phone, event.known_as, event.at)]


HANDLERS: tuple[Handler, ...] = (Handler(SAID, hear),)
