"""Archived groups: who agreed to be kept, who no longer does, and what was taken back."""

from datetime import datetime

from bot.domain.effects import Effect, ForgetMessage, SetConsent
from bot.domain.events import ARCHIVE_AGREED, ARCHIVE_DISAGREED, GROUP_RECALLED, InboundEvent
from bot.domain.handling import Handler, Settings
from bot.domain.members import Member

ARCHIVE = "archive"


def consent(event: InboundEvent, member: Member, _settings: Settings, _now: datetime) -> list[Effect]:
    """Note the member's word; what they say from now on is kept, or not, by it."""
    granted = event.kind == ARCHIVE_AGREED
    return [SetConsent(member.id, ARCHIVE, granted, "opt_in", f"archive:{event.key}", event.at)]


def recall(event: InboundEvent, member: Member, _settings: Settings, _now: datetime) -> list[Effect]:
    """Forget the words that somebody took back."""
    key = str(event.properties.get("message_key") or "")
    message_id = str(event.properties.get("message_id") or "")
    return [ForgetMessage(member.id, key, message_id, event.at)] if key or message_id else []


HANDLERS: tuple[Handler, ...] = (
    Handler(frozenset({ARCHIVE_AGREED, ARCHIVE_DISAGREED}), consent),
    Handler(frozenset({GROUP_RECALLED}), recall),
)
