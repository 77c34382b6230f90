"""投票 and 问答: one answer each, by letter or in words, alone or in a group."""

from datetime import datetime

from bot.domain.activities import Poll
from bot.domain.activities.opening import shut
from bot.domain.effects import AddTag, AnswerPoll, Attempt, ChangePoints, Effect, Emit, Reply
from bot.domain.events import ACTIVITY_JOINED, SAID, InboundEvent, Scalar
from bot.domain.handling import Handler, Rank, Settings, Words
from bot.domain.members import Member
from bot.domain.words import plain

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CAUSE = "quiz"


def take_part(event: InboundEvent, member: Member, settings: Settings, now: datetime) -> list[Effect]:
    """Show a question, or take the answer written behind its word."""
    said = plain(event.text)
    for one in settings.activities.polls:
        word = next((plain(each) for each in one.words if said.startswith(plain(each))), None)
        if word is None:
            continue
        why = shut(one, settings.switched, now)
        if why:
            return [_reply(member, f"poll/{why}", one)]
        rest = said.removeprefix(word).strip()
        choice = _choice(one, rest)
        if choice is None:
            return [_reply(member, "poll/unclear" if rest else "poll/question", one)]
        return [_answer(one, choice, event, member, settings)]
    return []


def _answer(one: Poll, choice: str, event: InboundEvent, member: Member, settings: Settings) -> Effect:
    action = AnswerPoll(member.id, one, choice, f"{event.key}#poll", event.at, event.group)
    right = choice == one.right
    about = {"activity": one.name, "choice": choice}
    told: list[Effect] = [
        Emit(member.id, ACTIVITY_JOINED, f"{event.key}#joined", event.at, about),
        _reply(member, "poll/taken" if not one.right else "poll/right" if right else "poll/wrong", one),
    ]
    tag = one.tags.get(choice)
    if tag:
        told.append(AddTag(member.id, tag, f"poll:{one.name}", event.at))
    if right and one.points and event.account not in settings.doubtful_accounts:
        key = f"poll:{one.name}:{member.id}"
        told.append(ChangePoints(member.id, one.points, CAUSE, key, event.at, settings.points, one.name))
    return Attempt(action, tuple(told), {"answered": (_reply(member, "poll/answered", one),)})


def _choice(one: Poll, said: str) -> str | None:
    """Return the choice meant by a letter or in words."""
    for letter, choice in zip(LETTERS, one.choices, strict=False):
        if said in (plain(letter), plain(choice)):
            return choice
    return None


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
