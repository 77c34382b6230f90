"""Frequent questions, asked by keyword, answered at once."""

from datetime import datetime

from bot.domain.effects import Effect, Reply
from bot.domain.events import MESSAGE, InboundEvent
from bot.domain.handling import Handler, Rank, Settings, Words
from bot.domain.members import Member
from bot.domain.words import is_word


def answer(event: InboundEvent, member: Member, settings: Settings, _now: datetime) -> list[Effect]:
    """Answer a message that is one of the configured questions."""
    for question, template in settings.keyword_answers.items():
        if is_word(event.text, (question,)):
            return [Reply(member.id, Rank.ANSWER, template=template)]
    return []


def words(settings: Settings) -> Words:
    """Return the questions."""
    return Words(whole=tuple(settings.keyword_answers))


HANDLERS: tuple[Handler, ...] = (Handler(frozenset({MESSAGE}), answer, words),)
