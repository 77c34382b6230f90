"""Nightly scores of recency, frequency and money, 1 to 5, by fifths of everybody who ever paid."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    update,
)

from bot.domain.events import ORDER_PAID
from storage.dialect import insert_for
from storage.full_pass import alive
from storage.tables import table
from storage.tables.history import ScoreChangeRow
from storage.tables.members import MemberRow, TallyRow
from storage.tables.operations import ChoreRow

MEMBER = table(MemberRow)
TALLY = table(TallyRow)
CHORE = table(ChoreRow)
MOVED = table(ScoreChangeRow)
CUT_POINTS = "rfm:cut_points"
FIFTHS = 5
SCORES = (
    ("rfm_recency", TALLY.c.last_at),
    ("rfm_frequency", TALLY.c.count),
    ("rfm_monetary", TALLY.c.amount),
)


@dataclass(frozen=True, slots=True)
class Scored:
    """How many members got other scores than they had."""

    moved: int


def score(connection: Connection, now: datetime) -> Scored:
    """Score everybody who ever paid; who moved is looked at again at once.

    A score says in which fifth a member's number lies; equal numbers always get equal scores. The cut
    points are kept beside the scores.
    """
    cuts = {name: _cut_points(connection, column) for name, column in SCORES}
    new = {name: _score(column, cuts[name]) for name, column in SCORES}
    mine = and_(TALLY.c.member_id == MEMBER.c.id, TALLY.c.kind == ORDER_PAID)
    differs = or_(*(func.coalesce(MEMBER.c[name], 0) != new[name] for name, _ in SCORES))
    moved = select(MEMBER.c.id).where(alive(), mine, differs)
    _note(connection, moved, new, now)
    values: dict[str, Any] = {
        name: select(new[name]).where(mine).correlate(MEMBER).scalar_subquery() for name in new
    }
    review_at = MEMBER.c.review_at
    late = or_(review_at.is_(None), review_at > now)
    values["review_at"] = case((late, literal(now, review_at.type)), else_=review_at)
    count = connection.execute(update(MEMBER).where(MEMBER.c.id.in_(moved)).values(values)).rowcount
    _keep(connection, cuts, now)
    return Scored(count)


def _note(
    connection: Connection, moved: Select[Any], new: dict[str, ColumnElement[int]], now: datetime
) -> None:
    """Keep as history who gets other scores than they had, and which."""
    scores = [new[name] for name, _ in SCORES]
    rows = select(TALLY.c.member_id, literal(now, MOVED.c.at.type), *scores).where(
        TALLY.c.kind == ORDER_PAID, TALLY.c.member_id.in_(moved)
    )
    columns = ["member_id", "at", *(name.removeprefix("rfm_") for name, _ in SCORES)]
    connection.execute(MOVED.insert().from_select(columns, rows))


def _cut_points(connection: Connection, column: Column[Any]) -> list[Any]:
    """Return the least value of the second to the fifth fifth."""
    fifth = func.ntile(FIFTHS).over(order_by=column).label("fifth")
    parts = select(column.label("value"), fifth).where(TALLY.c.kind == ORDER_PAID).subquery()
    least = func.min(parts.c.value, type_=column.type)
    query = select(least).where(parts.c.fifth > 1).group_by(parts.c.fifth).order_by(parts.c.fifth)
    return list(connection.execute(query).scalars())


def _score(column: Column[Any], cuts: Sequence[Any]) -> ColumnElement[int]:
    """Return the score: one more for every cut point reached."""
    arms = [(column >= literal(cut, column.type), rank) for rank, cut in _ranked(cuts)]
    return case(*arms, else_=1) if arms else literal(1)


def _ranked(cuts: Sequence[Any]) -> list[tuple[int, Any]]:
    return sorted(enumerate(cuts, start=2), reverse=True)


def _keep(connection: Connection, cuts: dict[str, list[Any]], now: datetime) -> None:
    text = {
        name: [c.isoformat() if isinstance(c, datetime) else c for c in each] for name, each in cuts.items()
    }
    row = {"cursor": json.dumps(text), "state": "done", "at": now}
    statement = insert_for(connection, CHORE).values(name=CUT_POINTS, done=0, total=0, **row)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=row))
