"""Who enters a rule, and by which door."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain import effects as fx
from tests.unit.lifecycle.community import Life, rule

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WAIT = "[{id: w, wait: 1d}]"
ONCE = "[{tag: {add: [到]}}]"


def entered(life: Life) -> list[str]:
    """The keys of the runs that were started."""
    return [effect.enrollment.key for effect in life.effects if isinstance(effect, fx.Enroll)]


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
