"""The queue of members who need a person: taken, answered, closed, from chat."""

from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from bot.domain.commanding.acts import AnswerCase, CloseCase, Done, TakeCase
from bot.domain.commanding.asks import AskCases, Case
from bot.domain.delivery.policy import MARKETING, SERVICE
from bot.domain.events import COMPLAINT_CLOSED
from bot.domain.outbox import OutboxMessage, Unreachable
from storage import announcements, utterances
from storage.commands.orders import Deeds, Given, Looks
from storage.outbox.queue import enqueue
from storage.tables import table
from storage.tables.lifecycle import HandoffRow
from storage.tables.members import SuppressionRow

HANDOFF = table(HandoffRow)
SUPPRESSION = table(SuppressionRow)
MOST = 200
ANSWER = "operators/answer"
LASTS = timedelta(hours=48)
# The note of a case that a low score opened; what is said so soon after it says why.
SURVEY = "survey/brief"
SAID_WITHIN = timedelta(hours=1)


def short(key: str) -> str:
    """Return the four signs an operator calls a hand-off by."""
    return blake2b(key.encode(), digest_size=2).hexdigest().upper()


def _waiting(c: Connection, _ask: AskCases, _now: datetime) -> list[Case]:
    rows = c.execute(
        select(HANDOFF)
        .where(HANDOFF.c.state != "closed")
        .order_by(HANDOFF.c.due_at.is_(None), HANDOFF.c.due_at, HANDOFF.c.at)
        .limit(MOST)
    )
    return [
        Case(
            short(row.key),
            row.member_id,
            row.queue,
            row.note,
            _words(c, row),
            row.at,
            row.due_at,
            row.taken_by,
        )
        for row in rows
    ]


def _words(c: Connection, row: "Row[Any]") -> str:
    """Return the member's own words: those that opened the case, or what was said soon after a low score.

    They are looked for when somebody looks at the case, so that no message waits for it.
    """
    words = str(row.context.get("text", ""))
    if words or row.note != SURVEY:
        return words
    return utterances.first(c, row.member_id, row.at, row.at + SAID_WITHIN)


def _take(c: Connection, act: TakeCase, given: Given) -> Done:
    row = _found(c, act.short)
    if row is None:
        return Done("case_unknown", said=act.short)
    if row.state != "open":
        return Done("case_taken", members=(row.member_id,), said=row.taken_by)
    mine = (HANDOFF.c.key == row.key, HANDOFF.c.state == "open")
    c.execute(update(HANDOFF).where(*mine).values(state="taken", taken_by=given.by.signed))
    return Done("case_yours", members=(row.member_id,), said=_words(c, row))


def _close(c: Connection, act: CloseCase, given: Given) -> Done:
    row = _found(c, act.short)
    if row is None:
        return Done("case_unknown", said=act.short)
    c.execute(update(HANDOFF).where(HANDOFF.c.key == row.key).values(state="closed", closed_at=given.now))
    # The rule that asked for a person may have silenced the rest; with the last case closed that ends.
    others = select(HANDOFF.c.key).where(HANDOFF.c.member_id == row.member_id, HANDOFF.c.state != "closed")
    lifted = 0
    if c.execute(others.limit(1)).first() is None:
        lifted = c.execute(
            delete(SUPPRESSION).where(
                SUPPRESSION.c.member_id == row.member_id,
                SUPPRESSION.c.purpose == MARKETING,
                SUPPRESSION.c.reason == f"rule:{row.key.partition('/')[0]}",
            )
        ).rowcount
    told = [(f"{given.key}#closed:{row.key}", row.member_id, {"queue": row.queue})]
    announcements.announce(c, told, COMPLAINT_CLOSED, given.now)
    return Done("case_closed", members=(row.member_id,), count=lifted)


def _answer(c: Connection, act: AnswerCase, given: Given) -> Done:
    row = _found(c, act.short)
    if row is None:
        return Done("case_unknown", said=act.short)
    if row.state == "taken" and row.taken_by != given.by.signed:
        return Done("case_taken", members=(row.member_id,), said=row.taken_by)
    enqueue(
        c,
        [
            OutboxMessage(
                key=f"{given.key}#answer",
                member_id=row.member_id,
                template=ANSWER,
                purpose=SERVICE,
                via=act.via,
                created_at=given.now,
                due_at=given.now,
                expires_at=given.now + LASTS,
                priority=100,
                unreachable=Unreachable.WAIT,
                context={"text": act.text},
                is_answer=True,
            )
        ],
    )
    mine = (HANDOFF.c.key == row.key, HANDOFF.c.state == "open")
    c.execute(update(HANDOFF).where(*mine).values(state="taken", taken_by=given.by.signed))
    return Done("case_answered", members=(row.member_id,))


def _found(c: Connection, name: str) -> "Row[Any] | None":
    wanted = name.strip().upper()
    rows = c.execute(select(HANDOFF).where(HANDOFF.c.state != "closed").limit(MOST))
    return next((row for row in rows if short(row.key) == wanted), None)


LOOKS: Looks = {AskCases: _waiting}
DEEDS: Deeds = {TakeCase: _take, CloseCase: _close, AnswerCase: _answer}
