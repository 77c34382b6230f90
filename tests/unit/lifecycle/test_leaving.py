"""Ways out of a rule, and goals."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import effects as fx
from bot.domain.events import InboundEvent
from bot.domain.lifecycle.enrollment import EnrollmentState
from bot.domain.lifecycle.leaving import leave_for_another
from bot.domain.members import Tag
from tests.unit.lifecycle.community import NOW, Life, rule

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LONG = "[{id: w, wait: 30d}, {tag: {add: [完]}}]"


def life_with(more: str, steps: str = LONG, entry: str = "{event: member.followed}") -> Life:
    life = Life(rule(steps, entry, more))
    life.happens("member.followed", {"order_id": "o1", "invitee_id": "m2"})
    assert len(life.active) == 1
    return life


def test_an_event_ends_the_run_and_takes_back_what_it_still_had_to_say() -> None:
    life = life_with("    exit_on: [{event: order.paid}]\n")
    found = life.happens("order.paid")
    assert (life.last_run.state, life.last_run.reason) == (EnrollmentState.EXITED, "exit:order.paid")
    cancels = [effect for effect in found if isinstance(effect, fx.CancelMessages)]
    assert [cancel.enrollment_id for cancel in cancels] == ["r/1/0"]


def test_another_event_does_not_end_the_run() -> None:
    life = life_with("    exit_on: [{event: order.paid}]\n")
    life.say()
    assert len(life.active) == 1


CLAIM = ("[{id: o, send: {template: t/o, via: [mass], coupon: back15, basis: win_back,"
         " claim: {keyword: 回来了, lasts: 5d}}}, {id: w, wait: 30d}]")  # fmt: skip


@pytest.mark.parametrize(("text", "stays"), [
    ("回来了", True), (" 回来了 ", True), ("我回来了吗", False), ("你好", False),
])  # fmt: skip
def test_a_message_that_claims_what_the_rule_promised_is_no_way_out(text: str, stays: bool) -> None:
    life = life_with("    exit_on: [{event: member.message, unless: claim}]\n", CLAIM)
    life.say(text)
    assert bool(life.active) is stays


def test_match_compares_the_event_with_the_runs_context() -> None:
    more = "    exit_on: [{event: order.refunded, match: {order_id: event.order_id}}]\n"
    life = life_with(more)
    life.happens("order.refunded", {"order_id": "o2"})
    assert len(life.active) == 1
    life.happens("order.refunded", {"order_id": "o1"})
    assert life.active == []


def test_somebody_elses_event_ends_the_run_only_when_it_matches() -> None:
    more = "    exit_on: [{event: order.refunded, of: event.invitee_id, match: {order_id: event.order_id}}]\n"
    life = life_with(more)
    life.happens("order.refunded", {"order_id": "o1"})
    assert len(life.active) == 1, "the member's own event is not the invitee's"
    made = life.book.rules["r"]
    assert list(life.book.others) == ["order.refunded"]
    for order, ends in (("o2", False), ("o1", True)):
        event = InboundEvent(
            "x", "webhook", "order.refunded", NOW, "member:m2", properties={"order_id": order}
        )
        assert bool(leave_for_another(made, life.active[0], event, NOW)) is ends


def test_leaving_the_segment_ends_the_run() -> None:
    life = Life(rule(LONG, "{segment: active}", "    exit_on: [{segment_left: active}]\n"))
    life.say()
    assert life.step == "w"
    life.passes(29 * DAY)
    assert life.step == "w"
    life.passes(DAY)
    assert life.last_run.reason == "exit:active"


def test_a_condition_ends_the_run_when_it_holds() -> None:
    life = life_with("    exit_on: [{in: complained}]\n")
    life.happens("complaint.opened")
    assert (life.active, life.last_run.reason) == ([], "exit:condition")


def test_a_way_out_found_at_a_due_look_ends_the_run_before_its_next_step() -> None:
    more = "    exit_on: [{in: mothers}]\n"
    life = life_with(more, "[{id: w, wait: 1d}, {tag: {add: [完]}}]")
    tag = Tag("母婴", "operator", NOW)
    life.member = replace(life.member, tags={"母婴": tag})
    life.passes(DAY)
    assert "完" not in life.member.tags
    assert life.last_run.state is EnrollmentState.EXITED


def test_an_event_that_begins_a_run_does_not_end_it() -> None:
    life = Life(rule(LONG, "{event: order.paid}", "    exit_on: [{event: order.paid}]\n"))
    life.happens("order.paid")
    assert len(life.active) == 1


# --- goals ---

GOAL = "    goal: {event: order.paid, within: 7d}\n"


@pytest.mark.parametrize(("after", "reached"), [(HOUR, True), (7 * DAY, True), (7 * DAY + HOUR, False)])
def test_a_goal_counts_within_its_time(after: timedelta, reached: bool) -> None:
    life = life_with(GOAL)
    life.passes(after)
    life.happens("order.paid")
    assert (life.last_run.goal_at is not None) is reached
    assert bool(life.active) is not reached


def test_reaching_the_goal_ends_the_run() -> None:
    life = life_with(GOAL)
    found = life.happens("order.paid")
    assert life.last_run.state is EnrollmentState.GOAL
    assert any(isinstance(effect, fx.CancelMessages) for effect in found)


def test_after_goal_continue_notes_the_goal_and_goes_on() -> None:
    life = life_with("    goal: {event: order.paid, within: 7d, after_goal: continue}\n")
    life.happens("order.paid")
    assert life.active[0].goal_at == NOW
    life.now += HOUR
    life.happens("order.paid")
    assert life.active[0].goal_at == NOW
    life.passes(30 * DAY)
    assert "完" in life.member.tags


def test_a_goal_reached_after_the_last_step_still_counts() -> None:
    life = Life(rule("[{tag: {add: [完]}}]", more=GOAL))
    life.happens("member.followed")
    assert life.last_run.state is EnrollmentState.DONE
    life.now += 6 * DAY
    life.happens("order.paid")
    assert (life.last_run.state, life.last_run.goal_at) == (EnrollmentState.DONE, NOW + 6 * DAY)


def test_a_goal_reached_by_the_event_that_is_a_way_out_is_a_goal() -> None:
    life = life_with(GOAL + "    exit_on: [{event: order.paid}]\n")
    life.happens("order.paid")
    assert life.last_run.state is EnrollmentState.GOAL


def test_a_goal_reached_after_leaving_counts_as_it_does_for_the_held_out() -> None:
    life = life_with(GOAL + "    exit_on: [{event: member.message}]\n")
    life.say()
    life.now += DAY
    life.happens("order.paid")
    assert (life.last_run.state, life.last_run.goal_at) == (EnrollmentState.EXITED, NOW + DAY)


def test_a_goal_is_counted_once() -> None:
    life = Life(rule("[{tag: {add: [完]}}]", more=GOAL))
    life.happens("member.followed")
    life.happens("order.paid")
    before = life.count(fx.MoveEnrollment)
    life.happens("order.paid")
    assert life.count(fx.MoveEnrollment) == before


def test_a_goal_of_the_send_counts_from_the_send() -> None:
    more = "    goal: {event: order.paid, within: 2d, of: send}\n"
    life = life_with(more, "[{id: w, wait: 5d}, {id: s, send: {template: t/s, via: [mass]}}]")
    life.happens("order.paid")
    assert len(life.active) == 1
    life.passes(6 * DAY)
    life.happens("order.paid")
    assert life.last_run.state is EnrollmentState.GOAL
