"""When a condition turns by itself."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.conditions import (
    AllOf,
    Condition,
    Did,
    Not,
)
from bot.domain.events import Scalar
from bot.domain.members import Member
from bot.domain.outlook import next_change
from bot.domain.predicate import holds
from tests.condition_cases import NOW, TICK, contexts, members, trees

DAY = timedelta(days=1)
NOBODY = Member(id=1, known_since=NOW)


def who(*, did: str = "order.paid", ago: timedelta = timedelta()) -> Member:
    return NOBODY.did(did, NOW - ago)


def test_a_window_turns_when_its_last_event_leaves() -> None:
    assert next_change(Did("order.paid", within=7 * DAY), who(ago=DAY), NOW) == NOW + 6 * DAY
    assert next_change(Did("order.paid", within=7 * DAY), who(ago=7 * DAY), NOW) is None


def test_a_part_that_is_false_for_good_keeps_the_whole_from_being_looked_at() -> None:
    churned = AllOf((Did("order.paid"), Not(Did("any", within=90 * DAY))))
    assert next_change(churned, who(did="member.message"), NOW) is None
    assert next_change(churned, who(), NOW) == NOW + 90 * DAY


@settings(max_examples=300)
@given(tree=trees, member=members(), context=contexts, data=st.data())
def test_nothing_turns_before_the_announced_moment(
    tree: Condition, member: Member, context: dict[str, Scalar], data: st.DataObject
) -> None:
    turns = next_change(tree, member, NOW, context)
    truth = holds(tree, member, NOW, context)
    last = turns - TICK if turns is not None else NOW + 400 * DAY
    assert last >= NOW
    # Any moment strictly between, and those at which something in this member's life comes to an end.
    span = (last - NOW) // TICK
    offsets = data.draw(st.lists(st.integers(0, span), max_size=4))
    edges = [NOW + days * DAY + tick * TICK for days in (1, 7, 30, 60, 83, 90) for tick in (-1, 0, 1)]
    for moment in (last, *(NOW + offset * TICK for offset in offsets), *edges):
        if NOW <= moment <= last:
            assert holds(tree, member, moment, context) is truth, moment


def test_an_announced_moment_that_comes_too_late_would_be_noticed() -> None:
    """The sabotage twin: had the window been longer, the truth would turn before the announced moment."""
    member = who(ago=DAY)
    announced = next_change(Did("order.paid", within=8 * DAY), member, NOW)
    assert announced is not None
    really = Did("order.paid", within=7 * DAY)
    assert holds(really, member, announced - TICK) is not holds(really, member, NOW)
