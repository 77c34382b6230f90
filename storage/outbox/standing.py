"""Where due messages stand: their runs, what their rules say of the member now, what is paused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, literal_column, select

from bot.domain.conditions import AllOf, AnyOf, Condition, EventIs, InSegment, Not
from bot.domain.delivery.gates import program_of, stopped_by
from bot.domain.delivery.policy import DeliveryPolicy, ProgramGate
from bot.domain.delivery.reasons import POOLED
from bot.domain.delivery.world import UNCONCERNED, Standing
from bot.domain.events import Scalar
from bot.domain.outbox import OutboxMessage
from storage.conditions import where
from storage.dialect import listed, within
from storage.plan_gates import plan_gates
from storage.rates import Pace
from storage.reading import Query
from storage.tables import table
from storage.tables.lifecycle import EnrollmentRow
from storage.tables.members import MemberRow

MEMBER = table(MemberRow)
ENROLLMENT = table(EnrollmentRow)
_NO_PROGRAM = ProgramGate()


@dataclass(frozen=True, slots=True)
class Due:
    """A due row as read."""

    id: int
    message: OutboxMessage
    attempts: int
    platform_key: str
    reason: str
    reason_until: datetime | None


def standings(
    c: Connection, due: Sequence[Due], policy: DeliveryPolicy, pace: Pace, now: datetime
) -> dict[int, Standing]:
    """Return where each row stands."""
    runs = {row.message.enrollment_id for row in due if row.message.enrollment_id}
    alive = {name for (name,) in _ALIVE.rows(c, ids=listed(c, sorted(runs)))} if runs else set()
    found = {}
    programs = {**policy.programs, **plan_gates(c, {row.message.campaign for row in due})}
    judged = _Conditions(c, due, now) if programs else None
    for row in due:
        message = row.message
        program = programs.get(program_of(message), _NO_PROGRAM)
        plain = program is _NO_PROGRAM and not pace.off and not row.reason
        if plain and (not message.enrollment_id or message.enrollment_id in alive):
            found[row.id] = UNCONCERNED
            continue
        found[row.id] = Standing(
            paused=not program.live or not pace.off.isdisjoint(stopped_by(message)),
            run_alive=not message.enrollment_id or message.enrollment_id in alive,
            exited=judged is not None and any(judged.holds(one, message) for one in program.exits),
            passes=judged is None or program.filter is None or judged.holds(program.filter, message),
            when=judged is None or _when(program, message, judged),
            batch_at=row.reason_until if row.reason in POOLED else None,
        )
    return found


def _when(program: ProgramGate, message: OutboxMessage, judged: "_Conditions") -> bool:
    condition = program.whens.get(message.step)
    return condition is None or judged.holds(condition, message)


class _Conditions:
    """Answers conditions for the members of a chunk, each distinct one with one statement."""

    def __init__(self, c: Connection, due: Sequence[Due], now: datetime) -> None:
        self._c = c
        self._members = listed(c, sorted({row.message.member_id for row in due}))
        self._now = now
        self._known: dict[Any, frozenset[int]] = {}

    def holds(self, condition: Condition, message: OutboxMessage) -> bool:
        context = message.context if reads_event(condition) else {}
        key = (id(condition), tuple(sorted(context.items(), key=lambda item: item[0])))
        members = self._known.get(key)
        if members is None:
            members = self._known[key] = self._ask(condition, context)
        return message.member_id in members

    def _ask(self, condition: Condition, context: Mapping[str, Scalar]) -> frozenset[int]:
        statement = select(MEMBER.c.id).where(
            within(self._c, MEMBER.c.id, "chunk"), where(condition, self._now, context)
        )
        return frozenset(self._c.execute(statement, {"chunk": self._members}).scalars())


def reads_event(condition: Condition) -> bool:
    """Return whether the condition asks about the event that started the run."""
    match condition:
        case EventIs():
            return True
        case AllOf(parts) | AnyOf(parts):
            return any(reads_event(part) for part in parts)
        case Not(part):
            return reads_event(part)
        case InSegment(_, tree):
            return reads_event(tree)
        case _:
            return False


_ALIVE = Query(
    lambda c: select(ENROLLMENT.c.id).where(
        within(c, ENROLLMENT.c.id), ENROLLMENT.c.state == literal_column("'active'")
    )
)
