"""What sends and the small steps do, told as a member's life."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain import effects as fx
from bot.domain.lifecycle.enrollment import EnrollmentState
from bot.domain.outbox import OutboxState, Unreachable
from tests.unit.lifecycle.community import NOW, Life, rule

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SEND = "{id: hi, send: {template: t/hi, via: [reply, customer_service]}}"
TAG = "{id: end, tag: {add: [完]}}"


def tags(life: Life) -> set[str]:
    return set(life.member.tags)


def test_a_send_puts_one_message_into_the_outbox_and_waits_for_it() -> None:
    life = Life(rule(f"[{SEND}, {TAG}]"))
    life.happens("member.followed", {"scene": "hz"})
    (message,) = life.messages
    assert message.key == "r/1/0/hi#0"
    assert message.via == ("reply", "customer_service")
    assert (message.rule, message.step, message.enrollment_id) == ("r", "hi", "r/1/0")
    assert message.expires_at == NOW + 3 * DAY
    assert message.unreachable is Unreachable.SKIP
    assert message.context == {"scene": "hz"}
    assert message.caused_by == "e1"
    assert life.active[0].waiting_for == message.key
    assert not tags(life)


@pytest.mark.parametrize("state", [OutboxState.SENT, OutboxState.FAILED, OutboxState.SKIPPED,
                                   OutboxState.EXPIRED, OutboxState.UNKNOWN])  # fmt: skip
def test_a_step_ends_when_its_row_is_final(state: OutboxState) -> None:
    life = Life(rule(f"[{SEND}, {TAG}]"))
    life.happens("member.followed")
    life.sent(state)
    assert tags(life) == {"完"}
    assert life.last_run.state is EnrollmentState.DONE


@pytest.mark.parametrize("state", [OutboxState.QUEUED, OutboxState.WAITING, OutboxState.SENDING])
def test_a_step_stays_while_its_row_is_not_final(state: OutboxState) -> None:
    life = Life(rule(f"[{SEND}, {TAG}]"))
    life.happens("member.followed")
    life.now += 30 * DAY
    life.sent(state)
    assert life.step == "hi"
    assert life.active[0].due_at is not None
    assert life.active[0].due_at > life.now


def test_a_run_whose_row_was_lost_goes_on_after_the_row_would_have_expired() -> None:
    life = Life(rule(f"[{SEND}, {TAG}]"))
    life.happens("member.followed")
    life.passes(3 * DAY)
    assert life.step == "hi"
    life.passes(HOUR)
    assert tags(life) == {"完"}


def test_only_what_the_members_own_event_began_is_an_answer() -> None:
    life = Life(rule(f"[{SEND}, {{id: w, wait_for: {{event: member.message, timeout: 1d}}}},"
                     " {id: two, send: {template: t/two, via: [reply]}}]"))  # fmt: skip
    life.happens("member.followed")
    life.sent()
    life.now += HOUR
    life.say()
    assert [(message.step, message.is_answer) for message in life.messages] == [("hi", True), ("two", False)]


@pytest.mark.parametrize(("kind", "answer"), [("member.followed", True), ("order.paid", False)])
def test_a_shop_event_is_nothing_to_answer(kind: str, answer: bool) -> None:
    life = Life(rule(f"[{SEND}]", f"{{event: {kind}}}"))
    life.happens(kind)
    assert [message.is_answer for message in life.messages] == [answer]


def test_a_send_carries_its_options() -> None:
    life = Life(rule("[{id: g, send: {template: t/g, via: [mass], purpose: marketing, expires: 2d,"
                     " unreachable: wait_for_window, coupon: back15, basis: win_back,"
                     " claim: {keyword: 回来了, lasts: 5d}, platform_template: exp}}]"))  # fmt: skip
    life.happens("member.followed")
    (message,) = life.messages
    assert message.coupon is not None
    assert (message.coupon.batch, message.coupon.claim_keyword) == ("back15", "回来了")
    assert message.coupon.claim_until == NOW + 5 * DAY
    assert (message.purpose, message.unreachable) == ("marketing", Unreachable.WAIT)
    assert (message.expires_at, message.platform_template) == (NOW + 2 * DAY, "exp")


def test_tag_adds_and_removes() -> None:
    life = Life(rule("[{tag: {add: [a, b], lasts: 2d}}, {tag: {remove: [a]}}]"))
    life.happens("member.followed")
    assert tags(life) == {"b"}
    assert life.member.tags["b"].expires_at == NOW + 2 * DAY


def test_a_step_whose_when_does_not_hold_is_passed_over() -> None:
    life = Life(rule("[{when: {tag: 母婴}, tag: {add: [a]}}, {tag: {add: [母婴]}},"
                     " {when: {tag: 母婴}, tag: {add: [b]}}]"))  # fmt: skip
    life.happens("member.followed")
    assert tags(life) == {"母婴", "b"}


@pytest.mark.parametrize(
    ("tag", "ways"), [("a", {"a", "A", "完"}), ("b", {"b", "B", "完"}), ("c", {"c", "C", "完"})]
)
def test_branch_takes_the_first_arm_that_holds(tag: str, ways: set[str]) -> None:
    life = Life(rule(
        f"[{{tag: {{add: [{tag}]}}}}, {{branch: [{{when: {{tag: a}}, do: [{{tag: {{add: [A]}}}}]}},"
        " {when: {tag: b}, do: [{tag: {add: [B]}}]}, {otherwise: true, do: [{tag: {add: [C]}}]}]},"
        " {tag: {add: [完]}}]"
    ))  # fmt: skip
    life.happens("member.followed")
    assert tags(life) == ways


def test_suppress_orders_silence_and_a_tag_that_ends_with_it() -> None:
    life = Life(rule("[{suppress: {purpose: marketing, lasts: 180d, tag: 已沉睡}}]"))
    life.happens("member.followed")
    assert life.member.suppressed["marketing"] == NOW + 180 * DAY
    assert life.member.tags["已沉睡"].expires_at == NOW + 180 * DAY


def test_goto_goes_back_as_often_as_it_may_and_each_round_has_its_own_key() -> None:
    life = Life(rule("[{id: s, send: {template: t/s, via: [reply]}}, {id: w, wait: 1d}, {goto: s, max: 2}]"))
    life.happens("member.followed")
    for _ in range(10):
        life.sent()
        life.passes(DAY)
    assert [message.key for message in life.messages] == ["r/1/0/s#0", "r/1/0/s#1", "r/1/0/s#2"]
    assert life.last_run.state is EnrollmentState.DONE


def test_handoff_asks_a_person_with_a_key_and_a_time() -> None:
    life = Life(rule("[{id: p, handoff: {queue: care, note: complaint/brief, sla: 1h}}]"))
    found = life.happens("member.followed", {"complaint_id": "c1"})
    (order,) = [effect for effect in found if isinstance(effect, fx.Handoff)]
    assert order == fx.Handoff(
        1, "care", "complaint/brief", "r/1/0/p#0", NOW, NOW + HOUR, {"complaint_id": "c1"}
    )


def test_issue_gives_a_coupon_with_a_key() -> None:
    life = Life(rule("[{id: c, issue: {coupon: invite8, basis: referral}}]"))
    found = life.happens("member.followed")
    (order,) = [effect for effect in found if isinstance(effect, fx.IssueCoupon)]
    assert order == fx.IssueCoupon(1, "invite8", "referral", "r/1/0/c#0", NOW)
