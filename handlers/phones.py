"""A phone number told in chat finds the member's other self."""

from datetime import datetime

from bot.domain.effects import Effect, TellPhone
from bot.domain.events import SAID, InboundEvent
from bot.domain.handling import Handler, Settings, Words
from bot.domain.members import Member
from bot.domain.phones import told_phone


def hear(event: InboundEvent, member: Member, _settings: Settings, _now: datetime) -> list[Effect]:
    """Note a message that is a phone number and nothing else."""
    phone = told_phone(event.text)
    return [] if phone is None else [TellPhone(member.id, phone, event.known_as, event.at)]


def words(_settings: Settings) -> Words:
    """Return how such a message begins."""
    return Words(begins=("1", "+", "86", "手机", "电话", "我的手机", "我的电话"))


HANDLERS: tuple[Handler, ...] = (Handler(SAID, hear, words),)
