"""The first look at everybody, set-based: after a start with known members, or when definitions changed.

Whoever qualifies already is noted as standing where they stand, without entering rules (`backfill:
none`), or is enrolled at once (`backfill: all`). What did not change is left to the ordinary looks, so
that an edge crossed while the program was down still counts.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    and_,
    case,
    delete,
    exists,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    update,
)  # fmt: skip

from bot.domain.conditions import Condition
from bot.domain.lifecycle.rule import Backfill, Rule
from bot.domain.lifecycle.rulebook import Rulebook
from storage.conditions import where
from storage.dialect import insert_for
from storage.enrollments import ACTIVE, ENROLLMENT
from storage.stage_pass import set_stages
from storage.tables import table
from storage.tables.members import MemberRow, MembershipRow
from storage.tables.operations import ChoreRow

MEMBER = table(MemberRow)
MEMBERSHIP = table(MembershipRow)
CHORE = table(ChoreRow)
MEMORY = "lifecycle:definitions"
STAGES = "stages"
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a full pass found new or changed, and how many members it moved."""

    stages_moved: int = 0
    segments: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    enrolled: Mapping[str, int] = field(default_factory=dict)
    to_review: int = 0


def alive() -> ColumnElement[bool]:
    """Return which rows of `member` are people who are there: not merged away, not erased."""
    return and_(MEMBER.c.merged_into.is_(None), MEMBER.c.erased_at.is_(None))


def written(connection: Connection, statement: Insert) -> int:
    """Run an INSERT … SELECT and return how many rows really went in, which drivers tell only when asked."""
    return connection.execute(statement.execution_options(preserve_rowcount=True)).rowcount


def run(connection: Connection, book: Rulebook, now: datetime) -> Seen:
    """Bring stages, memberships and backfills up to date with the book; return what that was.

    The same book again does nothing.
    """
    known = _remembered(connection)
    present = definitions(book)
    if known == present:
        return Seen()
    moved = set_stages(connection, book.stages, alive(), now) if _changed(known, present, STAGES) else 0
    segments = tuple(name for name in book.watched if _changed(known, present, f"segment:{name}"))
    for name in segments:
        note_segment(connection, name, book.watched[name], now)
    connection.execute(delete(MEMBERSHIP).where(MEMBERSHIP.c.segment.not_in(sorted(book.watched))))
    rules = tuple(name for name in book.rules if _changed(known, present, f"rule:{name}"))
    enrolled = {
        name: backfill(connection, book.rules[name], now)
        for name in rules
        if book.rules[name].backfill is Backfill.ALL
    }
    _close_removed(connection, book.rules, now)
    due = connection.execute(update(MEMBER).where(alive()).values(review_at=_no_later(now))).rowcount
    _remember(connection, present, now)
    return Seen(moved, segments, rules, enrolled, due)


def definitions(book: Rulebook) -> dict[str, str]:
    """Return a fingerprint of everything whose change makes a new look at everybody necessary.

    A rule that rests has none, so that its backfill comes when it goes live.
    """
    found = {STAGES: _print(list(book.stages.items()))} if book.stages else {}
    found.update({f"segment:{name}": _print(tree) for name, tree in book.watched.items()})
    found.update({f"rule:{rule.name}": rule.version or _print(rule) for rule in book.ordered})
    return found


def note_segment(connection: Connection, name: str, tree: Condition, now: datetime) -> int:
    """Note who stands in a segment, and who no longer does, without calling it an edge; return who came."""
    inside = select(MEMBER.c.id).where(alive(), where(tree, now))
    gone = delete(MEMBERSHIP).where(MEMBERSHIP.c.segment == name, MEMBERSHIP.c.member_id.not_in(inside))
    connection.execute(gone)
    came = (
        insert_for(connection, MEMBERSHIP)
        .from_select(
            ["segment", "member_id", "since"],
            select(literal(name), MEMBER.c.id, literal(now, MEMBERSHIP.c.since.type)).where(
                alive(), where(tree, now)
            ),
        )
        .on_conflict_do_nothing(index_elements=["segment", "member_id"])
    )
    return written(connection, came)


def backfill(connection: Connection, rule: Rule, now: datetime) -> int:
    """Enroll everybody who qualifies already and never ran; return how many. Their steps run when due."""
    if rule.entry.audience is None:
        return 0
    ran = exists().where(ENROLLMENT.c.member_id == MEMBER.c.id, ENROLLMENT.c.rule == rule.name)
    wanted = [alive(), where(rule.entry.audience, now), where(rule.filter, now), ~ran]
    wanted += [not_(where(condition, now)) for condition in rule.exit_conditions]
    moment = literal(now, ENROLLMENT.c.due_at.type)
    empty = literal({}, ENROLLMENT.c.context.type)
    columns: dict[str, Any] = {
        "id": func.concat(f"{rule.name}/", MEMBER.c.id, "/0")
        if connection.dialect.name == "postgresql"
        else literal(f"{rule.name}/").op("||")(MEMBER.c.id).op("||")("/0"),
        "rule": literal(rule.name),
        "version": literal(rule.version),
        "member_id": MEMBER.c.id,
        "key": literal("0"),
        "state": literal(ACTIVE),
        "step": literal(""),
        "entered_at": moment,
        "began_at": moment,
        "due_at": moment,
        "waiting_for": literal(""),
        "rounds": empty,
        "context": empty,
        "held_out": literal(value=False),
        "arm": literal(""),
        "reason": literal(""),
    }
    statement = insert_for(connection, ENROLLMENT).from_select(
        list(columns), select(*columns.values()).where(*wanted)
    )
    return written(connection, statement.on_conflict_do_nothing(index_elements=["id"]))


def _close_removed(connection: Connection, rules: Iterable[str], now: datetime) -> None:
    """End the runs of rules that are no longer in the file."""
    c = ENROLLMENT.c
    connection.execute(
        update(ENROLLMENT)
        .where(c.state == ACTIVE, c.rule.not_in(sorted(rules)))
        .values(state="exited", reason="rule_removed", ended_at=now, due_at=null(), waiting_for="")
    )


def _no_later(now: datetime) -> ColumnElement[Any]:
    """Return `review_at`, or now when it is unset or later: an overdue look keeps its moment."""
    review_at = MEMBER.c.review_at
    late = or_(review_at.is_(None), review_at > now)
    return case((late, literal(now, review_at.type)), else_=review_at)


def _print(what: object) -> str:
    return hashlib.blake2b(repr(what).encode(), digest_size=8).hexdigest()


def _changed(known: Mapping[str, str], present: Mapping[str, str], name: str) -> bool:
    return name in present and known.get(name) != present[name]


def _remembered(connection: Connection) -> Mapping[str, str]:
    text = connection.execute(select(CHORE.c.cursor).where(CHORE.c.name == MEMORY)).scalar()
    known: Mapping[str, str] = json.loads(text) if text else NOTHING
    return known


def _remember(connection: Connection, present: Mapping[str, str], now: datetime) -> None:
    row = {"cursor": json.dumps(present, sort_keys=True), "state": "done", "at": now}
    statement = insert_for(connection, CHORE).values(name=MEMORY, done=0, total=0, **row)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=row))
