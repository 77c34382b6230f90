"""Why a member did or did not enter: the clause that was false, the way that was shut, what would help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import effects as fx
from bot.domain.conditions import Did, StageIs, Tagged
from bot.domain.folding import tag_after
from bot.domain.why import life as kept
from bot.domain.why.culprits import culprits
from bot.domain.why.entry import Fate
from bot.domain.why.story import Outcome
from tests.unit.lifecycle.community import rule
from tests.unit.why.lives import Kept

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WAIT = "[{id: w, wait: 1d}]"


def test_a_rule_whose_event_never_happened_says_so() -> None:
    life = Kept(rule(WAIT))
    life.happens("member.message")
    answer = life.why()
    assert (answer.outcome, answer.hears) == (Outcome.NEVER_ENTERED, ("member.followed",))
    assert answer.last is not None
    assert answer.last.fate is Fate.NO_OCCASION


def test_a_segment_never_entered_names_the_false_leaf_and_its_value() -> None:
    life = Kept(rule(WAIT, "{segment: mothers}"))
    life.happens("member.message")
    last = life.why().last
    assert last is not None
    assert last.clause is not None
    (blamed,) = culprits(last.clause)
    assert (blamed.clause.condition, blamed.wanted, blamed.within) == (Tagged("母婴"), True, "mothers")
    assert blamed.clause.value is None


def test_a_stage_never_reached_is_explained_by_its_own_condition_with_when_it_turns() -> None:
    life = Kept(rule(WAIT, "{stage: dormant}"))
    life.happens("member.followed")
    life.passes(29 * DAY)
    life.happens("member.message")
    last = life.why().last
    assert last is not None
    assert last.clause is not None
    leaves = {type(one.clause.condition): one for one in culprits(last.clause)}
    assert leaves[Did].wanted is False
    assert leaves[Did].clause.turns_at == life.now + 30 * DAY


def test_a_stage_shadowed_by_an_earlier_one_is_told_as_the_stage_it_is() -> None:
    life = Kept(rule(WAIT, "{stage: new}"))
    life.happens("order.paid")
    last = life.why().last
    assert last is not None
    assert last.clause is not None
    (blamed,) = culprits(last.clause)
    assert blamed.clause.condition == StageIs(("new",))
    assert blamed.clause.value == "buyer"


def test_a_filter_that_held_somebody_off_is_shown_as_it_stood_then() -> None:
    life = Kept(rule(WAIT, more="    filter: {not: {in: complained}}\n"))
    life.happens("complaint.opened")
    life.passes(HOUR)
    life.happens("member.followed")
    life.passes(20 * DAY)
    answer = life.why()
    assert answer.outcome is Outcome.NEVER_ENTERED
    assert answer.last is not None
    assert (answer.last.fate, answer.last.at) == (Fate.FILTERED, life.now - 20 * DAY)
    assert answer.last.clause is not None
    (blamed,) = culprits(answer.last.clause)
    assert (blamed.wanted, blamed.within) == (False, "complained")


def test_a_way_out_that_was_open_a_cap_and_re_entry_are_told_apart() -> None:
    out = Kept(rule(WAIT, more="    exit_on: [{in: complained}]\n"))
    out.happens("complaint.opened")
    out.happens("member.followed")
    again = Kept(rule("[{tag: {add: [到]}}]", more="    reentry: {mode: after_exit, cooldown: 5d}\n"))
    again.happens("member.followed")
    again.passes(DAY)
    again.happens("member.followed")
    keyed = "{event: referral.qualified, key: invitee_id}"
    capped = Kept(rule(WAIT, keyed, "    reentry: {mode: every_key}\n    cap: {max: 1, per: 30d}\n"))
    for who in ("a", "b"):
        capped.happens("referral.qualified", {"invitee_id": who})
        capped.passes(HOUR)
    found = [life.why().last for life in (out, again, capped)]
    assert [one.fate for one in found if one is not None] == [Fate.EXIT_HELD, Fate.AGAIN, Fate.CAPPED]
    assert found[1] is not None
    assert found[1].until == again.now + 4 * DAY


def test_who_stood_inside_before_the_rule_looked_never_came_in() -> None:
    life = Kept(rule(WAIT, "{segment: mothers}"))
    tag = fx.AddTag(1, "母婴", "import", life.now)
    life.member = replace(
        life.member, tags={"母婴": tag_after(None, tag)}, memberships=frozenset({"mothers"})
    )
    life.happens("member.message")
    last = life.why().last
    assert last is not None
    assert last.fate is Fate.STOOD_INSIDE


def test_a_rule_that_rested_at_the_occasion_says_so() -> None:
    life = Kept(rule(WAIT))
    life.working = [(life.now + DAY, True)]
    life.happens("member.message")
    life.happenings.append(replace(life.happenings[0], kind="member.followed", key="old"))
    life.passes(2 * DAY)
    last = life.why().last
    assert last is not None
    assert last.fate is Fate.RESTING


def test_an_answer_about_the_past_knows_nothing_of_what_came_later() -> None:
    life = Kept(rule(WAIT))
    life.passes(DAY)
    before = life.now
    life.passes(DAY)
    life.happens("member.followed")
    assert life.why(before).outcome is Outcome.NEVER_ENTERED
    assert life.why().outcome is Outcome.UNDER_WAY


def _without_edges(life: kept.Life) -> kept.Life:
    return replace(life, edges=())


def _without_runs(life: kept.Life) -> kept.Life:
    return replace(life, runs=())


ENTRIES = (
    "{event: member.followed}",
    "{event: order.paid}",
    "{segment: lead}",
    "{segment: active}",
    "{segment: complained}",
    "{stage: buyer}",
    "{stage: dormant}",
)
MORE = (
    "",
    "    filter: {not: {in: complained}}\n",
    "    filter: {did: member.message, count: '>=2', within: 20d}\n",
    "    exit_on: [{event: order.paid}, {in: complained}]\n",
)
REENTRY = ("never", "after_exit", "after_exit, cooldown: 10d", "every_occurrence")
ACTS = ("member.followed", "member.message", "order.paid", "complaint.opened", "product.viewed")


@settings(max_examples=300, deadline=None)
@given(
    entry=st.sampled_from(ENTRIES),
    more=st.sampled_from(MORE),
    mode=st.sampled_from(REENTRY),
    days=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 40 * 24)), max_size=14),
    part=st.floats(0, 1),
)
def test_what_is_replayed_is_what_happened(
    entry: str, more: str, mode: str, days: list[tuple[str, int]], part: float
) -> None:
    steps = "[{id: w, wait: 3d}, {tag: {add: [到]}}]"
    life = Kept(rule(steps, entry, f"{more}    reentry: {{mode: {mode}}}\n"))
    began = life.now
    for kind, hours in days:
        life.happens(kind)
        life.passes(hours * HOUR + timedelta(seconds=1))
    (one,) = life.book.rules.values()
    assert life.differs(one, life.now) == ""
    assert life.differs(one, began + (life.now - began) * part) == ""


@pytest.mark.parametrize("spoil", [_without_edges, _without_runs])
def test_a_replay_of_another_history_is_found_out(spoil: Callable[[kept.Life], kept.Life]) -> None:
    life = Kept(rule(WAIT, "{segment: active}"))
    life.happens("member.message")
    (one,) = life.book.rules.values()
    assert life.differs(one, life.now) == ""
    assert life.differs(one, life.now, spoil(life.whole())) != ""
