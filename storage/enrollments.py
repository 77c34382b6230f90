"""Runs through rules: starting and moving them, finding those that are due, waking them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, or_, select, update

from bot.domain.effects import Enroll, MoveEnrollment
from bot.domain.lifecycle.enrollment import Enrollment, EnrollmentState
from bot.domain.outbox import OutboxState
from storage.dialect import chunks, insert_for, inserted, listed, unindexed, within
from storage.reading import Query, moment_decoder, stamper, to_document
from storage.tables import table
from storage.tables.delivery import OutboxRow
from storage.tables.lifecycle import EnrollmentRow, EnrollmentStepRow
from storage.writing import Change

ENROLLMENT = table(EnrollmentRow)
TRAIL = table(EnrollmentStepRow)
OUTBOX = table(OutboxRow)
ACTIVE = EnrollmentState.ACTIVE.value
Outcomes = Mapping[str, OutboxState]
MOVING = (
    "state", "step", "began_at", "due_at", "sent_at", "waiting_for", "rounds", "held_out", "arm", "goal_at",
    "ended_at", "reason", "version",
)  # fmt: skip
_MOMENTS = tuple(name for name in MOVING if name.endswith("_at"))


def apply(connection: Connection, effects: Sequence[Enroll | MoveEnrollment], now: datetime) -> int:
    """Store new runs and moved ones; return how many took place.

    A run whose id is there already is not started again; one that somebody moved meanwhile is not
    moved. Only what took place leaves a line in the trail.
    """
    del now
    started = _start(connection, [effect for effect in effects if isinstance(effect, Enroll)])
    moves = [effect for effect in effects if isinstance(effect, MoveEnrollment)]
    return started + _move(connection, moves)


def _start(connection: Connection, effects: Sequence[Enroll]) -> int:
    if not effects:
        return 0
    first: dict[str, Enroll] = {}
    for effect in effects:
        first.setdefault(effect.enrollment.id, effect)
    statement = insert_for(connection, ENROLLMENT).on_conflict_do_nothing(index_elements=["id"])
    rows = [_row(effect.enrollment) for _, effect in sorted(first.items())]
    new = inserted(connection, statement, rows, ENROLLMENT.c.id)
    _note(connection, [first[run_id] for run_id in new])
    return len(new)


def _move(connection: Connection, effects: Sequence[MoveEnrollment]) -> int:
    if not effects:
        return 0
    standing = _standing(connection, {effect.enrollment.id for effect in effects})
    moved: dict[str, Enrollment] = {}
    lines: list[MoveEnrollment] = []
    for effect in effects:
        run = effect.enrollment
        place = (effect.was_step, effect.was_began_at)
        now_at = standing.get(run.id)
        if now_at is None or now_at[:2] != place or now_at[2] not in {ACTIVE, run.state.value}:
            continue
        standing[run.id] = (run.step, run.began_at, run.state.value)
        moved[run.id] = run
        lines.append(effect)
    _write(connection, moved)
    _note(connection, lines)
    return len(lines)


def _standing(connection: Connection, ids: Collection[str]) -> dict[str, tuple[str, datetime, str]]:
    """Return where runs stand, and on PostgreSQL hold them, so that nobody moves them meanwhile."""
    found: dict[str, tuple[str, datetime, str]] = {}
    moment = moment_decoder(connection)
    for chunk in chunks(sorted(ids)):
        for run_id, step, began_at, state in _STANDING.rows(connection, ids=listed(connection, chunk)):
            found[run_id] = (step, moment(began_at), state)
    return found


def _write(connection: Connection, moved: Mapping[str, Enrollment]) -> None:
    stamp = stamper(connection)
    rows = []
    for run_id, run in sorted(moved.items()):
        row = _row(run)
        row |= {name: stamp(row[name]) for name in _MOMENTS if row[name] is not None}
        row["rounds"] = to_document(row["rounds"])
        rows.append({"of_id": run_id, **{f"new_{name}": row[name] for name in MOVING}})
    _MOVE.many(connection, rows)


def _note(connection: Connection, effects: Iterable[Enroll | MoveEnrollment]) -> None:
    stamp = stamper(connection)
    rows = [
        {
            "enrollment_id": effect.enrollment.id,
            "step": line.step,
            "at": stamp(line.at),
            "state": line.state,
            "reason": line.reason,
        }
        for effect in effects
        for line in effect.trail
    ]
    _LINE.many(connection, rows)


def _row(run: Enrollment) -> dict[str, Any]:
    return {
        "id": run.id,
        "rule": run.rule,
        "version": run.version,
        "member_id": run.member_id,
        "key": run.key,
        "state": run.state.value,
        "step": run.step,
        "entered_at": run.entered_at,
        "began_at": run.began_at,
        "due_at": run.due_at,
        "sent_at": run.sent_at,
        "waiting_for": run.waiting_for,
        "rounds": dict(run.rounds),
        "context": dict(run.context),
        "held_out": run.held_out,
        "arm": run.arm,
        "goal_at": run.goal_at,
        "ended_at": run.ended_at,
        "reason": run.reason,
    }


def wake(connection: Connection, keys: Iterable[str], now: datetime) -> int:
    """Make the runs due that wait for these outbox rows; return how many."""
    c = ENROLLMENT.c
    woken = 0
    for chunk in chunks(sorted(set(keys))):
        statement = (
            update(ENROLLMENT)
            .where(within(connection, c.waiting_for), unindexed(connection, c.state) == ACTIVE)
            .values(due_at=bindparam("wake_at", type_=c.due_at.type))
        )
        given = {"ids": listed(connection, chunk), "wake_at": now}
        woken += connection.execute(statement, given).rowcount
    return woken


def outcomes(connection: Connection, keys: Iterable[str]) -> dict[str, OutboxState]:
    """Return the states of these outbox rows, by key; a row that is not there is left out."""
    found: dict[str, OutboxState] = {}
    for chunk in chunks(sorted(set(keys))):
        for key, state in _OUTCOMES.rows(connection, ids=listed(connection, chunk)):
            found[key] = OutboxState(state)
    return found


def versions_in_use(connection: Connection) -> set[tuple[str, str]]:
    """Return rules with the versions of them that somebody is in, or whose goal still counts for somebody."""
    here = or_(ENROLLMENT.c.state == ACTIVE, ENROLLMENT.c.due_at.is_not(None))
    rows = connection.execute(select(ENROLLMENT.c.rule, ENROLLMENT.c.version).where(here).distinct())
    return {(str(rule), str(version)) for rule, version in rows}


def running(connection: Connection) -> dict[str, int]:
    """Return how many members run through each rule now."""
    counted = select(ENROLLMENT.c.rule, func.count()).where(ENROLLMENT.c.state == ACTIVE)
    return dict(connection.execute(counted.group_by(ENROLLMENT.c.rule)).all())


def _standing_of(connection: Connection) -> Select[Any]:
    c = ENROLLMENT.c
    query = select(c.id, c.step, c.began_at, c.state).where(within(connection, c.id)).order_by(c.id)
    return query.with_for_update() if connection.dialect.name == "postgresql" else query


_STANDING = Query(_standing_of)
_OUTCOMES = Query(lambda c: select(OUTBOX.c.key, OUTBOX.c.state).where(within(c, OUTBOX.c.key)))
_MOVE = Change(
    lambda _c: (
        update(ENROLLMENT)
        .where(ENROLLMENT.c.id == bindparam("of_id"))
        .values({name: bindparam(f"new_{name}", type_=ENROLLMENT.c[name].type) for name in MOVING})
    )
)
_LINE = Change(
    lambda _c: TRAIL.insert().values(
        {name: bindparam(name) for name in ("enrollment_id", "step", "at", "state", "reason")}
    )
)
