"""What waits wait for, told as a member's life."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.lifecycle.community import NOW, Life, rule

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SEND = "{id: hi, send: {template: t/hi, via: [reply, customer_service]}}"
TAG = "{id: end, tag: {add: [完]}}"


def tags(life: Life) -> set[str]:
    return set(life.member.tags)


WAITS = [
    ("20h", NOW + 20 * HOUR),
    ("2w", NOW + 14 * DAY),
    ("{for: 1d, at: '19:00'}", datetime(2026, 11, 15, 11, 0, tzinfo=UTC)),
    ("{at: '19:00'}", datetime(2026, 11, 14, 11, 0, tzinfo=UTC)),
    ("{at: '09:00'}", datetime(2026, 11, 15, 1, 0, tzinfo=UTC)),
    ("{until: '2026-12-12T10:00:00+08:00'}", datetime(2026, 12, 12, 2, 0, tzinfo=UTC)),
    ("{until: event.visit, offset: -1d, at: '18:00'}", datetime(2026, 11, 19, 10, 0, tzinfo=UTC)),
    ("{until: member.birthday, at: '09:30'}", datetime(2026, 12, 5, 1, 30, tzinfo=UTC)),
    ("{until: member.wedding}", datetime(2027, 5, 19, 16, 0, tzinfo=UTC)),
    ("{until: coupon.new10.expires, offset: -1d, at: '19:00'}", datetime(2026, 11, 20, 11, 0, tzinfo=UTC)),
]


@pytest.mark.parametrize(("wait", "due"), WAITS, ids=[wait for wait, _ in WAITS])
def test_a_wait_ends_at_its_moment_and_not_before(wait: str, due: datetime) -> None:
    life = Life(rule(f"[{{id: w, wait: {wait}}}, {TAG}]"))
    life.member = replace(life.member, birthday="12-05", attributes={"wedding": "2027-05-20"})
    life.holds("new10", datetime(2026, 11, 21, 5, 0, tzinfo=UTC))
    life.happens("member.followed", {"visit": "2026-11-20T09:00:00+08:00"})
    assert life.active[0].due_at == due
    life.now = due - timedelta(microseconds=1)
    life.look(life.active[0].id)
    assert life.step == "w"
    life.now = due
    life.look(life.active[0].id)
    assert tags(life) == {"完"}


@pytest.mark.parametrize("wait", [
    "{until: coupon.new10.expires}", "{until: event.visit}", "{until: member.birthday}",
    "{until: member.gone}", "{until: '2026-11-14T09:59:00+08:00'}",
])  # fmt: skip
def test_a_wait_whose_moment_is_missing_or_past_ends_at_once(wait: str) -> None:
    life = Life(rule(f"[{{id: w, wait: {wait}}}, {TAG}]"))
    life.happens("member.followed")
    assert tags(life) == {"完"}


def test_a_birthday_whose_hour_is_past_today_ends_the_wait_at_once() -> None:
    life = Life(rule(f"[{{id: w, wait: {{until: member.birthday, at: '09:30'}}}}, {TAG}]"))
    life.member = replace(life.member, birthday="11-14")
    life.happens("member.followed")
    assert tags(life) == {"完"}


def test_a_day_is_a_day_of_the_members_calendar_over_a_change_of_clocks() -> None:
    life = Life(rule(f"[{{id: w, wait: 1d}}, {TAG}]"))
    life.now = datetime(2026, 10, 24, 10, 0, tzinfo=UTC)  # noon in Berlin, the clocks go back in the night
    life.member = replace(life.member, zone="Europe/Berlin")
    life.happens("member.followed")
    assert life.active[0].due_at == datetime(2026, 10, 25, 11, 0, tzinfo=UTC)


def test_hours_are_hours_over_a_change_of_clocks() -> None:
    life = Life(rule(f"[{{id: w, wait: 24h}}, {TAG}]"))
    life.now = datetime(2026, 10, 24, 10, 0, tzinfo=UTC)
    life.member = replace(life.member, zone="Europe/Berlin")
    life.happens("member.followed")
    assert life.active[0].due_at == datetime(2026, 10, 25, 10, 0, tzinfo=UTC)


ASK = (
    f"[{SEND}, {{id: w, wait_for: {{event: member.message, timeout: 3d}},"
    " then: [{tag: {add: [答]}}], else: [{tag: {add: [默]}}]}, {tag: {add: [完]}}]"
)


def test_a_wait_for_takes_then_when_the_event_comes() -> None:
    life = Life(rule(ASK))
    life.happens("member.followed")
    life.sent()
    life.now += HOUR
    life.say()
    assert tags(life) == {"答", "完"}


def test_a_wait_for_takes_else_when_the_time_is_over() -> None:
    life = Life(rule(ASK))
    life.happens("member.followed")
    life.sent()
    life.passes(3 * DAY)
    assert tags(life) == {"默", "完"}


def test_a_wait_for_counts_what_came_while_the_send_was_still_under_way() -> None:
    life = Life(rule(ASK))
    life.happens("member.followed")
    life.now += timedelta(seconds=5)
    life.say()
    assert life.step == "hi"
    life.sent()
    assert tags(life) == {"答", "完"}


def test_the_event_that_began_the_run_is_no_reply_to_it() -> None:
    life = Life(rule(ASK, "{event: member.message}", "    reentry: {mode: never}\n"))
    life.now = NOW + timedelta(microseconds=700_000)
    life.happens("member.message", at=NOW)  # platforms give whole seconds
    life.sent()
    assert life.step == "w"


def test_another_event_does_not_end_a_wait_for() -> None:
    life = Life(rule(ASK))
    life.happens("member.followed")
    life.sent()
    life.now += HOUR
    life.happens("member.menu_click")
    assert life.step == "w"
