"""Frequent questions, asked by keyword, answered at once."""

from datetime import datetime, timedelta

from bot.domain.effects import Effect, Reply, SayInGroup
from bot.domain.events import SAID, InboundEvent
from bot.domain.handling import Handler, Rank, Settings, Words
from bot.domain.identity import split
from bot.domain.members import Member
from bot.domain.words import is_word

# An answer that comes later than this answers nothing any more.
ANSWERED_WITHIN = timedelta(minutes=5)


def answer(event: InboundEvent, member: Member, settings: Settings, _now: datetime) -> list[Effect]:
    """Answer a message that is one of the configured questions; in a group by the group's own rules."""
    for question, template in settings.keyword_answers.items():
        if is_word(event.text, (question,)):
            if not event.group or event.can_reply:
                return [Reply(member.id, Rank.ANSWER, template=template)]
            return _aloud(event, member, settings, template)
    return []


def _aloud(event: InboundEvent, member: Member, settings: Settings, template: str) -> list[Effect]:
    if split(event.group)[0] not in settings.speaking_accounts:
        return []
    return [
        SayInGroup(
            member.id, event.group, f"answer:{template}", template, f"{event.key}#answer", event.at, event.at,
            event.at + ANSWERED_WITHIN,
        )
    ]  # fmt: skip


def words(settings: Settings) -> Words:
    """Return the questions."""
    return Words(whole=tuple(settings.keyword_answers))


HANDLERS: tuple[Handler, ...] = (Handler(SAID, answer, words),)
