"""How often a member may enter a rule, and who is held out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain import effects as fx
from bot.domain.lifecycle.enrollment import EnrollmentState
from bot.domain.lifecycle.rule import Holdout
from tests.unit.lifecycle.community import NOW, Life, rule

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WAIT = "[{id: w, wait: 1d}]"
ONCE = "[{tag: {add: [到]}}]"


def entered(life: Life) -> list[str]:
    """The keys of the runs that were started."""
    return [effect.enrollment.key for effect in life.effects if isinstance(effect, fx.Enroll)]


def test_never_means_once() -> None:
    life = Life(rule(ONCE))
    for _ in range(3):
        life.happens("member.followed")
        life.passes(DAY)
    assert entered(life) == ["0"]


def test_after_exit_means_one_run_at_a_time_and_a_pause_between() -> None:
    life = Life(rule(WAIT, more="    reentry: {mode: after_exit, cooldown: 10d}\n"))
    life.happens("member.followed")
    life.happens("member.followed")
    assert entered(life) == ["0"]
    life.passes(DAY)
    assert life.active == []
    life.passes(10 * DAY - HOUR)
    life.happens("member.followed")
    assert entered(life) == ["0"]
    life.passes(HOUR)
    life.happens("member.followed")
    assert entered(life) == ["0", "1"]


def test_every_key_runs_once_a_key_side_by_side() -> None:
    life = Life(
        rule(WAIT, "{event: complaint.opened, key: complaint_id}", "    reentry: {mode: every_key}\n")
    )
    for key in ("c1", "c2", "c1"):
        life.happens("complaint.opened", {"complaint_id": key})
    assert entered(life) == ["c1", "c2"]
    life.passes(2 * DAY)
    life.happens("complaint.opened", {"complaint_id": "c2"})
    life.happens("complaint.opened", {})
    assert entered(life) == ["c1", "c2"]


def test_every_occurrence_runs_once_an_event() -> None:
    life = Life(rule(WAIT, "{event: order.paid}", "    reentry: {mode: every_occurrence}\n"))
    life.happens("order.paid")
    life.happens("order.paid")
    assert len(entered(life)) == 2
    assert len(set(entered(life))) == 2


def test_a_cap_limits_the_runs_in_a_rolling_time() -> None:
    terms = "    reentry: {mode: every_key}\n    cap: {max: 2, per: 10d, by: referrer_id}\n"
    life = Life(rule(ONCE, "{event: referral.qualified, key: invitee_id}", terms))
    for key in ("a", "b", "c"):
        life.happens("referral.qualified", {"invitee_id": key})
        life.now += DAY
    assert entered(life) == ["a", "b"]
    life.passes(8 * DAY)
    life.happens("referral.qualified", {"invitee_id": "d"})
    assert entered(life) == ["a", "b", "d"]


@pytest.mark.parametrize("status", ["draft", "paused"])
def test_a_rule_that_rests_lets_nobody_in(status: str) -> None:
    life = Life(rule(ONCE, more=f"    status: {status}\n"))
    life.happens("member.followed")
    assert entered(life) == []


def test_an_operators_pause_lets_nobody_in_and_nobody_move() -> None:
    life = Life(rule(WAIT, more="    reentry: {mode: every_occurrence}\n"))
    life.happens("member.followed")
    live = life.book
    life.book = live.ordered_to(["r"], {})
    life.happens("member.followed")
    assert len(entered(life)) == 1
    life.now += DAY
    assert life.look(life.active[0].id) == []
    life.book = life.book.ordered_to([], {})
    life.look(life.active[0].id)
    assert life.active == []


def test_the_more_important_rule_comes_first() -> None:
    text = ("rules:\n  a: {entry: {event: member.followed}, priority: 10, steps: [{tag: {add: [a]}}]}\n"
            "  b: {entry: {event: member.followed}, priority: 90, steps: [{tag: {add: [b]}}]}\n")  # fmt: skip
    life = Life(text)
    life.happens("member.followed")
    assert [effect.name for effect in life.effects if isinstance(effect, fx.AddTag)] == ["b", "a"]


HELD = "    holdout: {percent: 99}\n    goal: {event: order.paid, within: 7d}\n"


def test_the_held_out_get_no_steps_and_are_watched_as_long_as_the_goal_counts() -> None:
    life = Life(rule(ONCE, more=HELD))
    life.happens("member.followed")
    (run,) = life.active
    assert (run.held_out, run.due_at, life.count(fx.AddTag)) == (True, NOW + 7 * DAY, 0)
    life.passes(7 * DAY)
    assert (life.last_run.state, life.last_run.goal_at) == (EnrollmentState.DONE, None)


def test_the_goal_of_the_held_out_counts_alike() -> None:
    life = Life(rule(ONCE, more=HELD))
    life.happens("member.followed")
    life.now += 6 * DAY
    life.happens("order.paid")
    assert (life.last_run.state, life.last_run.goal_at) == (EnrollmentState.GOAL, NOW + 6 * DAY)


def test_a_holdout_is_sticky_salted_and_about_as_large_as_said() -> None:
    first, other = Holdout(20, "a/r"), Holdout(20, "b/r")
    chosen = [number for number in range(20_000) if first.holds_out(number)]
    assert chosen == [number for number in range(20_000) if first.holds_out(number)]
    assert 3_700 < len(chosen) < 4_300
    both = sum(other.holds_out(number) for number in chosen)
    assert 0.15 < both / len(chosen) < 0.25
