"""A complaint reaches a person: the words that mark one open a case."""

from datetime import datetime
from hashlib import sha256

from bot.domain.effects import Effect, Emit, Reply
from bot.domain.events import COMPLAINT_OPENED, MESSAGE, InboundEvent
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
    return [
        Emit(member.id, COMPLAINT_OPENED, f"{event.key}#complaint", event.at, said),
        Reply(member.id, Rank.ANSWER, template="replies/complaint"),
    ]


def words(settings: Settings) -> Words:
    """Return the words that mark a complaint."""
    return Words(within=settings.complaint_words)


HANDLERS: tuple[Handler, ...] = (Handler(frozenset({MESSAGE}), hear, words),)
