"""Who enters a rule, when, and how often."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain import effects as fx
from bot.domain.lifecycle.anniversaries import Feb29, anniversaries, month_day, next_anniversary
from bot.domain.lifecycle.enrollment import EnrollmentState
from bot.domain.lifecycle.rule import Holdout
from tests.unit.lifecycle.community import NOW, Life, rule

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WAIT = "[{id: w, wait: 1d}]"
ONCE = "[{tag: {add: [到]}}]"


def entered(life: Life) -> list[str]:
    """The keys of the runs that were started."""
    return [effect.enrollment.key for effect in life.effects if isinstance(effect, fx.Enroll)]


# --- doors ---


@pytest.mark.parametrize(
    ("kind", "count"), [("member.followed", 1), ("member.message", 0), ("order.paid", 0)]
)
def test_an_event_entry_opens_by_its_event_only(kind: str, count: int) -> None:
    life = Life(rule(WAIT))
    life.happens(kind)
    assert len(entered(life)) == count


def test_the_context_of_a_run_is_the_entry_events_properties() -> None:
    life = Life(rule(WAIT))
    life.happens("member.followed", {"scene": "store_hz", "count": 3})
    assert life.active[0].context == {"scene": "store_hz", "count": 3}


def test_a_stage_entry_opens_when_the_stage_is_reached_and_not_while_it_lasts() -> None:
    life = Life(rule(ONCE, "{stage: buyer}", "    reentry: {mode: after_exit}\n"))
    life.happens("member.followed")
    assert entered(life) == []
    life.happens("order.paid")
    life.happens("order.paid")
    assert entered(life) == ["0"]


def test_a_stage_entry_opens_by_time_alone() -> None:
    life = Life(rule(ONCE, "{stage: dormant}"))
    life.happens("member.followed")
    life.passes(30 * DAY - timedelta(seconds=1))
    assert entered(life) == []
    life.passes(timedelta(seconds=1))
    assert entered(life) == ["0"]


def test_a_segment_entry_opens_at_its_edge_and_again_after_leaving() -> None:
    life = Life(rule(ONCE, "{segment: active}", "    reentry: {mode: after_exit}\n"))
    life.say()
    life.say()
    assert entered(life) == ["0"]
    life.passes(31 * DAY)
    assert "active" not in life.member.memberships
    life.say()
    assert entered(life) == ["0", "1"]


def test_a_tag_entry_opens_when_its_tag_is_added() -> None:
    life = Life(rule(ONCE, "{tag: 母婴}"))
    life.happens("tag.added", {"tag": "护肤"})
    assert entered(life) == []
    life.happens("tag.added", {"tag": "母婴"})
    assert entered(life) == ["0"]


def test_a_stage_change_is_an_event_of_its_own() -> None:
    life = Life(rule(ONCE, "{event: stage.changed}", "    reentry: {mode: every_occurrence}\n"))
    life.happens("member.followed")
    assert len(entered(life)) == 1
    life.happens("order.paid")
    assert len(entered(life)) == 2


def test_a_silent_event_changes_the_stage_and_opens_nothing() -> None:
    life = Life(rule(ONCE, "{event: order.paid}"))
    life.happens("order.paid", silent=True)
    assert life.member.stage == "buyer"
    assert entered(life) == []


# --- dates ---

BIRTHDAY = "{date: member.birthday, every: year, offset: -3d, at: '10:00'}"
EVERY = "    reentry: {mode: every_occurrence}\n"


def test_a_birthday_entry_opens_every_year_before_the_day_at_its_hour() -> None:
    life = Life(rule(ONCE, BIRTHDAY, EVERY), stages="stages: {}\nsegments: {}\n")
    life.member = replace(life.member, birthday="12-05")
    life.say()
    assert life.member.review_at == datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
    life.passes(400 * DAY)
    assert entered(life) == ["2026-12-05", "2027-12-05"]


def test_a_birthday_missed_during_a_stop_of_three_days_is_kept_and_a_longer_one_is_over() -> None:
    for late, count in ((timedelta(days=3), 1), (timedelta(days=3, seconds=1), 0)):
        life = Life(rule(ONCE, BIRTHDAY, EVERY), stages="stages: {}\nsegments: {}\n")
        life.member = replace(life.member, birthday="12-05")
        life.say()
        life.now = datetime(2026, 12, 2, 2, 0, tzinfo=UTC) + late
        life.tick()
        assert len(entered(life)) == count
        assert life.member.review_at == datetime(2027, 12, 2, 2, 0, tzinfo=UTC)


def test_an_event_that_comes_before_the_overdue_look_does_not_swallow_the_birthday() -> None:
    life = Life(rule(ONCE, BIRTHDAY, EVERY), stages="stages: {}\nsegments: {}\n")
    life.member = replace(life.member, birthday="12-05")
    life.say()
    life.now = datetime(2026, 12, 2, 2, 0, 30, tzinfo=UTC)
    life.say()
    assert entered(life) == ["2026-12-05"]
    life.tick()
    assert entered(life) == ["2026-12-05"]


def test_a_birthday_told_after_its_moment_waits_for_next_year() -> None:
    life = Life(rule(ONCE, BIRTHDAY, EVERY), stages="stages: {}\nsegments: {}\n")
    life.member = replace(life.member, birthday="11-15")
    life.say()
    assert entered(life) == []
    assert life.member.review_at == datetime(2027, 11, 12, 2, 0, tzinfo=UTC)


def test_a_birthday_is_kept_on_the_members_own_clock() -> None:
    life = Life(rule(ONCE, BIRTHDAY, EVERY), stages="stages: {}\nsegments: {}\n")
    life.member = replace(life.member, birthday="12-05", zone="America/New_York")
    life.say()
    assert life.member.review_at == datetime(2026, 12, 2, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("policy", "day"), [("feb28", "2027-02-28"), ("mar1", "2027-03-01"), ("skip", "2028-02-29")]
)
def test_a_29_february_is_kept_by_the_stated_rule(policy: str, day: str) -> None:
    found = next_anniversary(2, 29, datetime(2026, 11, 14, tzinfo=UTC).date(), Feb29(policy))
    assert str(found) == day


@pytest.mark.parametrize(("text", "found"), [
    ("03-15", (3, 15)), ("1990-03-15", (3, 15)), ("2000-02-29", (2, 29)), ("02-30", None), ("13-01", None),
    ("00-10", None), ("3-15", None), ("", None), (None, None), (315, None), ("03-15junk", None),
])  # fmt: skip
def test_a_birthday_is_month_and_day(text: object, found: tuple[int, int] | None) -> None:
    assert month_day(text) == found


def test_every_year_has_its_day() -> None:
    days = anniversaries(2, 29, datetime(2026, 1, 1, tzinfo=UTC).date(), Feb29.FEB28)
    assert [str(day) for day in days] == ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]


# --- filter ---


def test_a_filter_keeps_out_whom_it_does_not_hold_for() -> None:
    life = Life(rule(ONCE, more="    filter: {not: {in: complained}}\n    reentry: {mode: after_exit}\n"))
    life.happens("complaint.opened")
    life.happens("member.followed")
    assert entered(life) == []
    life.passes(15 * DAY)
    life.happens("member.followed")
    assert entered(life) == ["0"]


@pytest.mark.parametrize(("settled", "count"), [(True, 1), (False, 0)])
def test_a_filter_may_ask_the_event(settled: bool, count: int) -> None:
    life = Life(rule(ONCE, more="    filter: {event.order_settled: true}\n"))
    life.happens("member.followed", {"order_settled": settled})
    assert len(entered(life)) == count


def test_who_stands_in_an_exit_condition_does_not_enter() -> None:
    life = Life(rule(WAIT, more="    exit_on: [{in: complained}]\n"))
    life.happens("complaint.opened")
    life.happens("member.followed")
    assert entered(life) == []


# --- re-entry ---


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
    life.book = live.pausing(["r"])
    life.happens("member.followed")
    assert len(entered(life)) == 1
    life.now += DAY
    assert life.look(life.active[0].id) == []
    life.book = life.book.pausing([])
    life.look(life.active[0].id)
    assert life.active == []


def test_the_more_important_rule_comes_first() -> None:
    text = ("rules:\n  a: {entry: {event: member.followed}, priority: 10, steps: [{tag: {add: [a]}}]}\n"
            "  b: {entry: {event: member.followed}, priority: 90, steps: [{tag: {add: [b]}}]}\n")  # fmt: skip
    life = Life(text)
    life.happens("member.followed")
    assert [effect.name for effect in life.effects if isinstance(effect, fx.AddTag)] == ["b", "a"]


# --- holdout ---

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
