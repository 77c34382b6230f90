"""When a condition turns by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    CouponIs,
    Did,
    KnownFor,
    Not,
    Tagged,
)
from bot.domain.events import Scalar
from bot.domain.members import Member
from bot.domain.outlook import next_change
from bot.domain.predicate import holds
from tests.condition_cases import (
    BATCHES,
    NOW,
    SPANS,
    STATES,
    TAGS,
    TICK,
    comparisons,
    contexts,
    grown,
    kinds,
    members,
    relations,
    spans,
)

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


def test_of_several_parts_that_must_hold_the_first_to_turn_turns_the_whole() -> None:
    both = AllOf((Did("order.paid", within=7 * DAY), Did("order.paid", within=30 * DAY)))
    assert next_change(both, who(ago=DAY), NOW) == NOW + 6 * DAY
    assert next_change(Not(both), who(ago=DAY), NOW) == NOW + 6 * DAY
    assert next_change(AnyOf(both.parts), who(ago=DAY), NOW) == NOW + 29 * DAY


def edges_of(member: Member) -> list[datetime]:
    """Every moment at which anything in this member's life could come to an end."""
    begun = [member.known_since, *(at for times in member.moments.values() for at in times)]
    ends = [at + span for at in begun for span in SPANS]
    ends += [tag.expires_at for tag in member.tags.values() if tag.expires_at]
    ends += [held.expires_at for held in member.holdings.values() if held.expires_at]
    return [end + tick * TICK for end in ends for tick in (-1, 0, 1)]


timed = st.recursive(
    st.one_of(
        st.builds(Did, st.one_of(kinds, st.just("any")), comparisons, spans),
        st.builds(Tagged, st.sampled_from(TAGS)),
        st.builds(KnownFor, st.builds(Comparison, relations, spans.map(timedelta.total_seconds))),
        st.builds(CouponIs, st.sampled_from(BATCHES), st.sampled_from(STATES)),
    ),
    grown,
    max_leaves=6,
)


@settings(max_examples=400)
@given(tree=timed, member=members(), context=contexts)
def test_nothing_turns_before_the_announced_moment(
    tree: Condition, member: Member, context: dict[str, Scalar]
) -> None:
    turns = next_change(tree, member, NOW, context)
    truth = holds(tree, member, NOW, context)
    last = turns - TICK if turns is not None else NOW + 400 * DAY
    assert last >= NOW
    for moment in (last, *edges_of(member)):
        if NOW <= moment <= last:
            assert holds(tree, member, moment, context) is truth, moment


def test_an_announced_moment_that_comes_too_late_would_be_noticed() -> None:
    """The sabotage twin: had the window been longer, the truth would turn before the announced moment."""
    member = who(ago=DAY)
    announced = next_change(Did("order.paid", within=8 * DAY), member, NOW)
    assert announced is not None
    really = Did("order.paid", within=7 * DAY)
    assert holds(really, member, announced - TICK) is not holds(really, member, NOW)
