"""A complaint reaches a person: the words that mark one open a case."""

from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from bot.domain.effects import Effect, Emit, Reply
from bot.domain.events import COMPLAINT_OPENED, SAID, InboundEvent, Scalar
from bot.domain.handling import Handler, Rank, Settings, Words
from bot.domain.members import Member
from bot.domain.words import mentions


def hear(event: InboundEvent, member: Member, settings: Settings, _now: datetime) -> list[Effect]:
    """Open a complaint with what was said; rules hand it to the queue and pause marketing."""
    word = mentions(event.text, settings.complaint_words)
    if word is None:
        return []
    complaint_id = sha256(event.key.encode()).hexdigest()[:16]
    said = {"complaint_id": complaint_id, "word": word, "text": event.text[:500]}
    opened = Emit(member.id, COMPLAINT_OPENED, f"{event.key}#complaint", event.at, said)
    if event.group:
        # What one person is unhappy with is not talked over before the others.
        return [replace(opened, properties={**said, "group": event.group, **_name_of_group(event)})]
    return [opened, Reply(member.id, Rank.ANSWER, template="replies/complaint")]


def _name_of_group(event: InboundEvent) -> dict[str, Scalar]:
    name = event.properties.get("group_name")
    return {"group_name": name} if name else {}


def words(settings: Settings) -> Words:
    """Return the words that mark a complaint."""
    return Words(within=settings.complaint_words)


HANDLERS: tuple[Handler, ...] = (Handler(SAID, hear, words),)
