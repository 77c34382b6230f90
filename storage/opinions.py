"""What members answered: to surveys they were asked, to votes and quizzes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from bot.domain.effects import AnswerPoll, AnswerSurvey, AskSurvey
from bot.domain.outbox import OutboxState
from storage.dialect import insert_new, replacing, upsert
from storage.outbox.queue import enqueue
from storage.outcomes import Came
from storage.tables import table
from storage.tables.activities import AnswerRow
from storage.tables.delivery import OutboxRow

ANSWER = table(AnswerRow)
OUTBOX = table(OutboxRow)
# A number that comes later answers something else.
ANSWERED_WITHIN = timedelta(days=3)
ASK = "survey/ask"
# Who did not get the question was not asked.
NEVER_CAME = (OutboxState.SKIPPED, OutboxState.EXPIRED, OutboxState.FAILED)


def survey(connection: Connection, actions: Sequence[AnswerSurvey], now: datetime) -> list[Came]:
    """Take numbers of members who were asked lately and have not answered since."""
    return [_surveyed(connection, one, now) for one in actions]


def poll(connection: Connection, actions: Sequence[AnswerPoll], now: datetime) -> list[Came]:
    """Take choices: a vote may be changed while it is open, a quiz is answered once."""
    return [_polled(connection, one, now) for one in actions]


def ask(connection: Connection, actions: Sequence[AskSurvey], _now: datetime) -> list[Came]:
    """Queue the questions of members who were not asked lately."""
    return [_asked(connection, one) for one in actions]


def _asked(connection: Connection, one: AskSurvey) -> Came:
    """Queue at once: what else is decided in this transaction sees it."""
    before = select(OUTBOX.c.id).where(
        OUTBOX.c.member_id == one.member_id,
        OUTBOX.c.template == ASK,
        OUTBOX.c.key.startswith(f"survey:{one.survey.name}:"),
        OUTBOX.c.state.not_in([state.value for state in NEVER_CAME]),
        OUTBOX.c.created_at > one.message.created_at - one.again,
        OUTBOX.c.created_at < one.message.created_at + one.again,
    )
    if connection.execute(before.limit(1)).first() is not None:
        return Came("asked")
    enqueue(connection, [one.message])
    return Came()


def asked_last(connection: Connection, ids: Sequence[int]) -> list[tuple[int, str, datetime]]:
    """Return the questions that these members were asked, or are about to be, the latest last.

    Each is (member id, the message's key, when it was decided).
    """
    o = OUTBOX.c
    asked = (o.member_id.in_(ids), o.template == ASK, o.state.not_in([one.value for one in NEVER_CAME]))
    rows = connection.execute(select(o.member_id, o.key, o.created_at).where(*asked).order_by(o.created_at))
    return [(int(member_id), str(key), at) for member_id, key, at in rows]


def survey_of(key: str) -> str:
    """Return which survey asks by the message of this key."""
    return key.split(":")[1]


def votes(connection: Connection, name: str) -> dict[str, int]:
    """Return how many chose what in a poll."""
    counted = select(ANSWER.c.choice, func.count()).where(ANSWER.c.name == name).group_by(ANSWER.c.choice)
    return {str(choice): int(count) for choice, count in connection.execute(counted)}


def _surveyed(connection: Connection, one: AnswerSurvey, now: datetime) -> Came:
    asked = select(func.max(OUTBOX.c.finished_at, type_=OUTBOX.c.finished_at.type)).where(
        OUTBOX.c.member_id == one.member_id,
        OUTBOX.c.template == ASK,
        OUTBOX.c.key.startswith(f"survey:{one.survey.name}:"),
        OUTBOX.c.state.in_([OutboxState.SENT.value, OutboxState.UNKNOWN.value]),
        OUTBOX.c.finished_at > now - ANSWERED_WITHIN,
    )
    asked_at = connection.execute(asked).scalar()
    if asked_at is None:
        return Came("not_asked")
    mine = (ANSWER.c.name == one.survey.name, ANSWER.c.member_id == one.member_id, ANSWER.c.at >= asked_at)
    if connection.execute(select(ANSWER.c.id).where(*mine)).first() is not None:
        return Came("not_asked")
    insert_new(connection, ANSWER, [_row(one.key, one.survey.name, one, score=one.score)], ["key"])
    return Came()


def _polled(connection: Connection, one: AnswerPoll, _now: datetime) -> Came:
    key = f"poll:{one.poll.name}:{one.member_id}"
    before = connection.execute(select(ANSWER.c.choice).where(ANSWER.c.key == key)).scalar()
    if before is not None and one.poll.right:
        return Came("answered", {"choice": before})
    row = _row(key, one.poll.name, one, choice=one.choice, group=one.group)
    upsert(connection, ANSWER, [row], ["key"], replacing("choice", "at", "group"))
    return Came(facts={"choice": one.choice, "before": before or ""})


def _row(
    key: str,
    name: str,
    one: AnswerSurvey | AnswerPoll,
    score: int | None = None,
    choice: str = "",
    group: str = "",
) -> dict[str, object]:
    return {
        "key": key, "name": name, "member_id": one.member_id, "at": one.at, "choice": choice, "score": score,
        "text": "", "group": group,
    }  # fmt: skip
