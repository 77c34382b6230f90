"""Runs that end because somebody else did something: `exit_on: [{event: …, of: event.invitee_id}]`."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from bot.domain.effects import Effect
from bot.domain.events import InboundEvent
from bot.domain.identity import number_of
from bot.domain.lifecycle.leaving import leave_for_another
from bot.domain.lifecycle.rule import Rule
from bot.domain.lifecycle.rulebook import Rulebook
from storage import effects
from storage.enrollments import ACTIVE, ENROLLMENT
from storage.snapshots import NOTHING, load
from storage.tables import table
from storage.tables.members import IdentityRow

IDENTITY = table(IdentityRow)


def settle(
    connection: Connection, book: Rulebook, happened: Sequence[tuple[InboundEvent, int]], now: datetime
) -> int:
    """End the runs of other members that these events, each with its member's id, concern; return how many.

    Silent events concern nobody. Most groups of events contain none that any rule asks for, and then
    this does nothing.
    """
    ended = 0
    for event, member_id in happened:
        rules = () if event.silent else book.others.get(event.kind, ())
        for rule in rules:
            ended += _settle_one(connection, rule, event, member_id, now)
    return ended


def _settle_one(
    connection: Connection, rule: Rule, event: InboundEvent, member_id: int, now: datetime
) -> int:
    names = _names(connection, member_id)
    found: dict[str, int] = {}
    for way in rule.exits:
        if way.of and way.event == event.kind:
            found.update(_concerned(connection, rule.name, way.of, names))
    members = load(connection, set(found.values()), NOTHING, now)
    todo: list[Effect] = []
    for member in members.values():
        for run in member.runs:
            if run.id in found:
                todo += leave_for_another(rule, run, event, now)
    effects.apply(connection, [todo], now)
    return len(found) if todo else 0


def _names(connection: Connection, member_id: int) -> frozenset[str]:
    """Return every way a run's context may name this member."""
    known_as = select(IDENTITY.c.known_as).where(IDENTITY.c.member_id == member_id)
    names = set(connection.execute(known_as).scalars())
    number = number_of(member_id)
    addresses = {name.partition(":")[2] for name in names}
    return frozenset({*names, *addresses, number, f"member:{number}", str(member_id)})


def _concerned(
    connection: Connection, rule: str, name: str, values: Collection[str]
) -> list[tuple[str, int]]:
    """Return (run id, member id) of a rule's active runs with one of these values in their context."""
    c = ENROLLMENT.c
    named = c.context[name].as_string()
    query = select(c.id, c.member_id).where(c.rule == rule, c.state == ACTIVE, named.in_(sorted(values)))
    return [(run_id, member_id) for run_id, member_id in connection.execute(query.order_by(c.id))]
