"""A rule that was edited: who is in it finishes by the text they entered by, unless it migrates."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.lifecycle.rule import Rule, Status
from tests.unit.lifecycle.community import Life, book_of, rule

DAY = timedelta(days=1)
OLD = "[{id: w, wait: 3d}, {id: old, tag: {add: [旧]}}]"
NEW = "[{id: w, wait: 10d}, {id: new, tag: {add: [新]}}]"


def edited(life: Life, steps: str = NEW, more: str = "", *, found: bool = True) -> None:
    """The file was changed and swapped in while the member is under way."""
    before = life.book.rules["r"]
    after = book_of(rule(steps, more=more))
    earlier = {("r", before.version): before} if found else {}
    life.book = replace(after, earlier=earlier)


def test_who_is_under_way_finishes_by_the_text_they_entered_by() -> None:
    life = Life(rule(OLD))
    life.happens("member.followed")
    edited(life)
    life.passes(4 * DAY)
    assert set(life.member.tags) == {"旧"}


def test_who_enters_afterwards_goes_by_the_new_text() -> None:
    life = Life(rule(OLD))
    edited(life)
    life.happens("member.followed")
    life.passes(4 * DAY)
    assert set(life.member.tags) == set()
    life.passes(7 * DAY)
    assert set(life.member.tags) == {"新"}


@pytest.mark.parametrize("found", [True, False])
def test_a_rule_that_migrates_takes_everybody_along_and_so_does_a_text_that_is_gone(found: bool) -> None:
    life = Life(rule(OLD))
    life.happens("member.followed")
    edited(life, more="    migrate: true\n" if found else "", found=found)
    life.passes(4 * DAY)
    assert set(life.member.tags) == {"新"}
    assert life.last_run.version == life.book.rules["r"].version


def test_ways_out_and_goals_are_those_of_the_text_too() -> None:
    out = "    exit_on: [{event: complaint.opened}]\n    goal: {event: order.paid, within: 30d}\n"
    life = Life(rule(OLD, more=out))
    life.happens("member.followed")
    edited(life)
    assert "r" in life.book.heeding("complaint.opened")
    life.happens("complaint.opened")
    assert life.active == []
    life.happens("order.paid")
    assert life.last_run.goal_at == life.now


def test_a_rule_that_rests_now_rests_for_everybody() -> None:
    life = Life(rule(OLD))
    life.happens("member.followed")
    edited(life, more="    status: paused\n")
    life.now += 4 * DAY
    life.tick()
    assert set(life.member.tags) == set()
    resumed: dict[str, Rule] = {"r": replace(life.book.rules["r"], status=Status.LIVE)}
    life.book = replace(life.book, rules=resumed)
    life.tick()
    assert set(life.member.tags) == {"旧"}
