"""满意度: asked some time after an order or a hand-off; a low score goes to a person."""

from datetime import datetime, timedelta

from bot.domain.activities import Survey
from bot.domain.activities.opening import shut
from bot.domain.effects import (
    AddTag,
    AnswerSurvey,
    AskSurvey,
    Attempt,
    Effect,
    Emit,
    Handoff,
    Reply,
)
from bot.domain.events import MESSAGE, SURVEY_ANSWERED, InboundEvent, Scalar
from bot.domain.handling import Handler, Rank, Settings, Words
from bot.domain.members import Member
from bot.domain.outbox import OutboxMessage, Unreachable
from bot.domain.survey_scores import BEST, PROMOTER
from bot.domain.words import plain

# Nobody is asked the same twice within this time.
ASKED_AGAIN = timedelta(days=90)
ASKED_WITHIN = timedelta(days=2)
ANSWERED_IN = timedelta(hours=4)
# As they are written: 00 or 07 is no score.
SCORES = tuple(map(str, range(BEST + 1)))
SERVICE = "service"
BRIEF = "survey/brief"


def ask(event: InboundEvent, member: Member, settings: Settings, now: datetime) -> list[Effect]:
    """Plan the question."""
    return [
        Attempt(AskSurvey(member.id, one, _question(one, event, member, settings), ASKED_AGAIN, now), (), {})
        for one in settings.activities.surveys
        if event.kind in one.after and settings.ways and not shut(one, settings.switched, now)
    ]


def _question(one: Survey, event: InboundEvent, member: Member, settings: Settings) -> OutboxMessage:
    due = event.at + one.delay
    return OutboxMessage(
        key=f"survey:{one.name}:{member.id}:{event.at.isoformat()}",
        member_id=member.id,
        template="survey/ask",
        purpose=SERVICE,
        via=settings.ways,
        created_at=event.at,
        due_at=due,
        expires_at=due + ASKED_WITHIN,
        priority=20,
        unreachable=Unreachable.SKIP,
        context={"survey": one.name},
    )


def answer(event: InboundEvent, member: Member, settings: Settings, _now: datetime) -> list[Effect]:
    """Take a number for the answer of somebody who was asked."""
    said = plain(event.text)
    if said not in SCORES:
        return []
    return [_taken(one, int(said), event, member) for one in settings.activities.surveys]


def _taken(one: Survey, score: int, event: InboundEvent, member: Member) -> Effect:
    action = AnswerSurvey(member.id, one, score, f"{event.key}#survey:{one.name}", event.at)
    low = score <= one.low
    template = "survey/sorry" if low else "survey/thanks"
    about: dict[str, Scalar] = {"activity": one.name, "score": score}
    told: list[Effect] = [
        Reply(member.id, Rank.ACTIVITY, template=template, context={"score": score}),
        Emit(member.id, SURVEY_ANSWERED, f"{event.key}#answered:{one.name}", event.at, about),
    ]
    tag = one.tags.get("low" if low else "high" if score >= PROMOTER else "")
    if tag:
        told.append(AddTag(member.id, tag, f"survey:{one.name}", event.at))
    if low:
        due = event.at + ANSWERED_IN
        key = f"{event.key}#low:{one.name}"
        told.append(Handoff(member.id, one.queue, BRIEF, key, event.at, due, {"score": score}))
    return Attempt(action, tuple(told), {})


def words(settings: Settings) -> Words:
    """Return the numbers that may be answers."""
    return Words(whole=SCORES if settings.activities.surveys else ())


HANDLERS: tuple[Handler, ...] = (
    Handler(frozenset(), ask),
    Handler(frozenset({MESSAGE}), answer, words),
)
