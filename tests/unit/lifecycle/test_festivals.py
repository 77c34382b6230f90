"""Days of the calendar as entries and schedules: 中秋 two days before, 冬至, a day of the lunar year."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.config import Feasts
from bot.config.document import read
from bot.config.problems import Problems
from bot.config.rules import Known, read_campaigns, read_rules
from bot.domain import effects as fx
from bot.domain.lifecycle.campaign import Schedule
from bot.domain.lifecycle.rulebook import Rulebook
from bot.spoken_time.feasts import NAMES, every_year
from scheduler.jobs import nominal_after
from tests.unit.lifecycle.community import NOW, SHANGHAI, Life, known_of, rule

DAY = timedelta(days=1)
FEASTS = Feasts(NAMES, every_year)
STEPS = "[{tag: {add: [到]}}]"


def _known() -> Known:
    bare = known_of({})
    return Known(bare.names, bare.kinds, bare.routes, bare.queues, feasts=FEASTS)


def _read(text: str) -> tuple[Rulebook, list[str]]:
    problems = Problems()
    body = read(text.encode(), "rules.yaml", problems).body
    rules = body["rules"]
    assert isinstance(rules, dict)
    found = read_rules(rules, _known(), problems)
    return Rulebook(found, zone=SHANGHAI), [problem.line() for problem in problems.found]


def _life(entry: str) -> Life:
    book, problems = _read(rule(STEPS, entry, "    reentry: {mode: every_occurrence}\n"))
    assert problems == []
    life = Life(rule(STEPS))
    life.book = book
    return life


def _entered(life: Life) -> list[tuple[str, datetime]]:
    found = [effect.enrollment for effect in life.effects if isinstance(effect, fx.Enroll)]
    return [(run.key, run.entered_at) for run in found]


@pytest.mark.parametrize(
    ("entry", "days"),
    [
        ("{festival: 中秋, offset: -2d}", ["2027-09-15", "2028-10-03"]),
        ("{festival: 春节}", ["2027-02-06", "2028-01-26"]),
        ("{festival: 冬至}", ["2026-12-22", "2027-12-22"]),
        ("{festival: 双十二}", ["2026-12-12", "2027-12-12"]),
        ("{festival: 农历8-15}", ["2027-09-15", "2028-10-03"]),
    ],
)
def test_everybody_enters_on_the_day_and_again_next_year(entry: str, days: list[str]) -> None:
    life = _life(entry)
    life.happens("member.message")
    life.passes(730 * DAY)
    found = _entered(life)
    assert [key for key, _ in found] == days
    offset = timedelta(days=-2 if "-2d" in entry else 0)
    for key, at in found:
        local = at.astimezone(SHANGHAI)
        assert (local.date(), local.hour) == (date.fromisoformat(key) + offset, 10)


def test_who_lives_elsewhere_enters_by_their_own_clock() -> None:
    life = _life('{festival: 双十二, at: "09:00"}')
    life.happens("member.message")
    life.effects.clear()
    moment = life.book.rules["r"].entry.next_at(life.member, NOW, ZoneInfo("America/New_York"))
    assert moment == datetime(2026, 12, 12, 14, tzinfo=UTC)


def test_a_festival_nobody_knows_is_named_with_its_nearest() -> None:
    _, problems = _read(rule(STEPS, "{festival: 中秋结}"))
    assert any(
        "rules.r.entry.festival" in line and "中秋" in line.partition("mean")[2] for line in problems
    ), problems


def _schedule(text: str) -> tuple[Schedule, list[str]]:
    problems = Problems()
    raw = {"c": read(text.encode(), "x.yaml", problems).body}
    campaigns = read_campaigns(raw, _known(), problems)
    return campaigns["c"].schedule, [problem.line() for problem in problems.found]


CAMPAIGN = "audience: {}\nsend: {template: a/b, via: [mass]}\nschedule: "


def test_a_campaign_goes_out_before_each_festival() -> None:
    schedule, problems = _schedule(CAMPAIGN + '{festival: 端午, offset: -1d, at: "19:30"}')
    assert problems == []
    first = nominal_after(schedule, NOW, SHANGHAI)
    assert first == datetime(2027, 6, 8, 11, 30, tzinfo=UTC)
    second = nominal_after(schedule, first, SHANGHAI)
    assert second == datetime(2028, 5, 27, 11, 30, tzinfo=UTC)


def test_a_campaign_is_moved_by_whole_days_only() -> None:
    _, problems = _schedule(CAMPAIGN + '{festival: 端午, offset: -3h, at: "19:30"}')
    assert any("schedule.offset: write whole days" in line for line in problems), problems
