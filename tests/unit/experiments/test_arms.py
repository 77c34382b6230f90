"""Who gets which arm: the same member always the same, in the shares that were written."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import effects as fx
from bot.domain.experiments.arms import arm_of, as_order, order_of, steered
from tests.unit.lifecycle.community import Life, book_of, rule

DAY = timedelta(days=1)

HALVES = (("a", 0.5), ("b", 0.5))
GOAL = "    goal: {event: order.paid, within: 7d}\n    reentry: {mode: after_exit}\n"
STEPS = (
    "[{id: x, experiment: {salt: s, arms: {a: 0.5, b: 0.5},"
    " a: [{id: ta, tag: {add: [甲]}}], b: [{id: tb, tag: {add: [乙]}}]}}, {id: w, wait: 1d}]"
)


def test_shares_come_out_as_written_and_salts_are_independent() -> None:
    weights = (("a", 0.2), ("b", 0.3), ("c", 0.5))
    found = Counter(arm_of("s", member, weights) for member in range(20_000))
    assert [found[name] / 20_000 for name, _ in weights] == pytest.approx([0.2, 0.3, 0.5], abs=0.012)
    same = sum(arm_of("s", one, HALVES) == arm_of("other", one, HALVES) for one in range(20_000))
    assert same / 20_000 == pytest.approx(0.5, abs=0.012)


def test_a_winner_takes_everybody_new_and_an_order_of_strangers_changes_nothing() -> None:
    assert {arm_of("s", one, steered(HALVES, {"b": 1.0})) for one in range(200)} == {"b"}
    assert steered(HALVES, {"gone": 1.0}) == HALVES
    with pytest.raises(ValueError, match="above zero"):
        arm_of("s", 1, (("a", 0.0),))


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,9}", fullmatch=True), st.floats(0.001, 1)))
def test_an_order_is_read_back_as_it_was_kept(weights: dict[str, float]) -> None:
    assert order_of(as_order(weights.items())) == pytest.approx(weights, rel=1e-4)


def test_the_arm_is_kept_at_assignment_and_its_own_steps_run() -> None:
    life = Life(rule(STEPS, more=GOAL))
    life.happens("member.followed")
    (run,) = life.active
    assert run.arm in {"a", "b"}
    added = {effect.name for effect in life.effects if isinstance(effect, fx.AddTag)}
    assert added == {{"a": "甲", "b": "乙"}[run.arm]}
    assert run.step == "w"


def test_a_later_order_moves_nobody_who_has_an_arm_and_everybody_after() -> None:
    life = Life(
        rule(STEPS.replace("{id: w, wait: 1d}", "{id: w, wait: 1d}, {id: again, goto: x, max: 3}"), more=GOAL)
    )
    life.happens("member.followed")
    (run,) = life.active
    other = "b" if run.arm == "a" else "a"
    life.book = life.book.ordered_to((), {"r": f"{other}=1"})
    life.passes(2 * DAY)
    assert {one.arm for one in life.active} == {run.arm}
    anew = Life(rule(STEPS, more=GOAL))
    anew.book = anew.book.ordered_to((), {"r": f"{other}=1"})
    anew.happens("member.followed")
    assert anew.active[0].arm == other
    assert life.book.ordered_to((), {}).rules["r"].arms == {}


def test_a_winner_counts_for_those_who_entered_by_an_earlier_text_and_have_no_arm_yet() -> None:
    life = Life(rule("[{id: first, wait: 1d}, " + STEPS[1:], more=GOAL))
    life.happens("member.followed")
    before = life.book.rules["r"]
    now = book_of(rule(STEPS, more=GOAL))
    life.book = replace(now, earlier={("r", before.version): before}).ordered_to((), {"r": "b=1"})
    life.passes(DAY)
    assert {run.arm for run in life.active} == {"b"}
    assert life.active[0].version == before.version
