"""投票 and 问答: one answer each, by letter or in words, alone or in a group."""

from datetime import datetime

from bot.domain.activities import Poll
from bot.domain.activities.opening import NOT_YET, OVER, shut
from bot.domain.effects import (
    AddTag,
    AnswerPoll,
    Attempt,
    ChangePoints,
    Effect,
    Emit,
    RemoveTag,
    Reply,
)
from bot.domain.events import ACTIVITY_JOINED, SAID, InboundEvent, Scalar
from bot.domain.handling import Handler, Rank, Settings, Words
from bot.domain.members import Member
from bot.domain.words import plain

SEPARATORS = " \t\r\n\u3000:,.、。"
RESULTS = ("结果", "results")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CAUSE = "quiz"


def take_part(event: InboundEvent, member: Member, settings: Settings, now: datetime) -> list[Effect]:
    """Show a question or how the votes stand, or take the answer written behind its word."""
    meant = _meant(plain(event.text), settings)
    if meant is None:
        return []
    one, rest = meant
    why = shut(one, settings.switched, now)
    if rest in RESULTS and why != NOT_YET:
        return [_results(member, one)]
    if why:
        return [_results(member, one) if why == OVER else _reply(member, f"poll/{why}", one)]
    choice = _choice(one, rest)
    if choice is None:
        return [_reply(member, "poll/unclear" if rest else "poll/question", one)]
    return [_answer(one, choice, event, member, settings)]


def _meant(said: str, settings: Settings) -> tuple[Poll, str] | None:
    """Return which poll is meant, and what stands behind its word; a longer word is meant before a shorter.

    The word stands alone, or something separates it from what follows, or that is a choice as it stands.
    """
    words = [(plain(word), one) for one in settings.activities.polls for word in one.words]
    for word, one in sorted(words, key=lambda pair: -len(pair[0])):
        if said.startswith(word):
            rest = said.removeprefix(word)
            bare = rest.strip(SEPARATORS)
            if rest == "" or rest[0] in SEPARATORS or _choice(one, bare) is not None or bare in RESULTS:
                return one, bare
    return None


def _answer(one: Poll, choice: str, event: InboundEvent, member: Member, settings: Settings) -> Effect:
    action = AnswerPoll(member.id, one, choice, f"{event.key}#poll", event.at, event.group)
    right = choice == one.right
    about = {"activity": one.name, "choice": choice}
    told: list[Effect] = [
        Emit(member.id, ACTIVITY_JOINED, f"{event.key}#joined", event.at, about),
        _reply(member, "poll/taken" if not one.right else "poll/right" if right else "poll/wrong", one),
    ]
    told += _tags(one, choice, event, member)
    if right and one.points and event.account not in settings.doubtful_accounts:
        key = f"poll:{one.name}:{member.id}"
        told.append(ChangePoints(member.id, one.points, CAUSE, key, event.at, settings.points, one.name))
    return Attempt(action, tuple(told), {"answered": (_reply(member, "poll/answered", one),)})


def _tags(one: Poll, choice: str, event: InboundEvent, member: Member) -> list[Effect]:
    """Return the tag of the choice put on, and that of an earlier one taken off where the poll put it on."""
    source, tag = f"poll:{one.name}", one.tags.get(choice)
    others = sorted({name for name in one.tags.values() if name != tag})
    old = [name for name in others if name in member.tags and member.tags[name].source == source]
    changed: list[Effect] = [RemoveTag(member.id, name, source, event.at) for name in old]
    return [*changed, AddTag(member.id, tag, source, event.at)] if tag else changed


def _choice(one: Poll, said: str) -> str | None:
    """Return the choice meant by a letter or in words."""
    for letter, choice in zip(LETTERS, one.choices, strict=False):
        if said in (plain(letter), plain(choice)):
            return choice
    return None


def _results(member: Member, one: Poll) -> Reply:
    context: dict[str, Scalar] = {"list": "votes", "name": one.name, "question": one.question}
    return Reply(member.id, Rank.ACTIVITY, template="poll/results", context=context)


def _reply(member: Member, template: str, one: Poll) -> Reply:
    choices = "\n".join(f"{letter}. {choice}" for letter, choice in zip(LETTERS, one.choices, strict=False))
    context: dict[str, Scalar] = {
        "question": one.question,
        "choices": choices,
        "word": one.words[0],
        "came": one.points,
        "right": one.right,
    }
    return Reply(member.id, Rank.ACTIVITY, template=template, context=context)


def words(settings: Settings) -> Words:
    """Return what means a vote or a quiz."""
    return Words(begins=tuple(word for one in settings.activities.polls for word in one.words))


HANDLERS: tuple[Handler, ...] = (Handler(SAID, take_part, words),)
