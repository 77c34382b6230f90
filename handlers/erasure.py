"""A member asked the platform to be forgotten: what came through that account goes."""

from datetime import datetime

from bot.domain.effects import CancelMessages, Effect, EraseMember
from bot.domain.events import ERASURE_ASKED, InboundEvent
from bot.domain.handling import Handler, Settings
from bot.domain.members import Member


def erase(event: InboundEvent, member: Member, _settings: Settings, now: datetime) -> list[Effect]:
    """Stop what is under way and forget the member, whatever the configuration says of unfollowing."""
    return [
        CancelMessages(member.id, "erasure_asked", now),
        EraseMember(member.id, event.account, now),
    ]


HANDLERS: tuple[Handler, ...] = (Handler(frozenset({ERASURE_ASKED}), erase),)
