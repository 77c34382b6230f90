"""A broken rhythm: whoever buys every ten days is late after fifteen, whoever buys yearly is not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.domain.conditions import Overdue
from bot.domain.explanation import explain
from bot.domain.outlook import next_change
from bot.domain.predicate import holds
from tests.unit.lifecycle.community import Life, problems_of, rule

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
STEPS = "[{tag: {add: [该回来了]}}]"
SEGMENTS = """
stages:
  new: {}
segments:
  late: {overdue: order.paid}
"""
LATE = Overdue("order.paid", 1.5, 3)


def bought(gap: timedelta, times: int) -> Life:
    life = Life(rule(STEPS, "{segment: late}", "    reentry: {mode: after_exit}\n"), stages=SEGMENTS)
    for _ in range(times):
        life.happens("order.paid")
        life.passes(gap)
    life.now -= gap
    return life


@pytest.mark.parametrize("gap", [3 * DAY, 10 * DAY, 100 * DAY])
def test_everybody_is_late_by_their_own_rhythm(gap: timedelta) -> None:
    life = bought(gap, 4)
    at = next_change(LATE, life.member, life.now)
    assert at == life.now + gap * 1.5 + SECOND
    assert not holds(LATE, life.member, at - SECOND)
    assert holds(LATE, life.member, at)
    assert explain(LATE, life.member, at).value == gap.total_seconds()


def test_who_did_it_too_seldom_or_at_one_moment_has_no_rhythm() -> None:
    assert next_change(LATE, bought(10 * DAY, 2).member, _far(bought(10 * DAY, 2))) is None
    once = bought(timedelta(), 5)
    assert not holds(LATE, once.member, _far(once))


def _far(life: Life) -> datetime:
    return life.now + 1000 * DAY


def test_a_rule_hears_of_it_by_time_alone_and_again_after_the_next_time() -> None:
    life = bought(10 * DAY, 3)
    life.passes(15 * DAY)
    assert "该回来了" not in life.member.tags
    life.passes(2 * SECOND)
    assert "该回来了" in life.member.tags
    life.happens("order.paid")
    assert "late" not in life.member.memberships
    life.passes(40 * DAY)
    assert "late" in life.member.memberships


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("{overdue: order.payd}", 'no event "order.payd"'),
        ("{overdue: order.paid, times: 0.5}", "filter.times: write how many usual gaps may go by"),
        ("{overdue: order.paid, least: 1}", "filter.least: write how often at least"),
    ],
)
def test_a_wrong_leaf_is_said_with_its_path(written: str, problem: str) -> None:
    found = problems_of(rule(STEPS, more=f"    filter: {written}\n"))
    assert any(problem in line for line in found), found
