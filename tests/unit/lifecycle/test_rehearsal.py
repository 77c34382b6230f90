"""A rule walked with one member who does nothing: every step at its time, and nothing stored."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.lifecycle.rehearsal import Line, rehearse
from bot.domain.members import Member, Tag
from tests.unit.lifecycle.community import NOW, book_of, rule

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SEND = "send: {template: a/b, coupon: new10, basis: new_customer, via: [customer_service], expires: 7d}"
LASTING = {"new10": 7 * DAY}


def walked(steps: str, more: str = "", member: Member | None = None) -> list[Line]:
    book = book_of(rule(steps, more=more))
    return list(rehearse(book, book.rules["r"], member or Member(1, NOW), NOW, LASTING))


def told(lines: list[Line]) -> list[tuple[timedelta, str, str]]:
    return [(line.at - NOW, line.step, line.what) for line in lines]


def test_waits_pass_messages_leave_and_coupons_last_as_long_as_they_do() -> None:
    found = walked(
        f"[{{id: w, wait: 20h}}, {{id: s, {SEND}}},"
        " {id: gap, wait: {until: coupon.new10.expires, offset: -1d}}, {id: t, tag: {add: [到]}}]"
    )
    moments = {(line.step, line.what): line.at - NOW for line in found}
    assert moments["s", "sends"] == 20 * HOUR
    assert abs(moments["gap", "done"] - (20 * HOUR + 6 * DAY)) < DAY
    (message,) = [line.message for line in found if line.message is not None]
    assert message.coupon is not None
    assert told(found)[-1][2] == "ends"


def test_who_does_nothing_runs_into_the_timeout_and_takes_its_branch() -> None:
    steps = (
        "[{id: f, wait_for: {event: order.paid, timeout: 3d}, then: [{id: a, tag: {add: [买]}}],"
        " else: [{id: b, branch: [{when: {tag: 母婴}, do: [{id: m, tag: {add: [妈]}}]},"
        " {otherwise: true, do: [{id: o, tag: {add: [别]}}]}]}]}]"
    )
    mother = Member(1, NOW, tags={"母婴": Tag("母婴", "t", NOW)})
    assert (3 * DAY, "m") in [(at, step) for at, step, _ in told(walked(steps, member=mother))]
    assert (3 * DAY, "o") in [(at, step) for at, step, _ in told(walked(steps))]


def test_the_held_out_get_nothing_and_an_open_way_out_ends_it() -> None:
    goal = "    goal: {event: order.paid, within: 7d}\n"
    apart = walked("[{id: w, wait: 1d}]", goal + "    holdout: {percent: 99}\n")
    assert told(apart) == [(timedelta(), "", "held_out")]
    leaving = walked(
        "[{id: t, tag: {add: [母婴]}}, {id: w, wait: 1d}, {id: x, tag: {add: [到]}}]",
        "    exit_on: [{in: mothers}]\n",
    )
    assert told(leaving)[-1] == (DAY, "w", "exited")


def test_a_rule_that_goes_round_ends_at_its_own_bound() -> None:
    found = walked("[{id: w, wait: 1d}, {id: g, goto: w, max: 3}]")
    assert found[-1].what == "ends"
    assert found[-1].at == NOW + 4 * DAY
