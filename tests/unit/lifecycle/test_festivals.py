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
from bot.spoken_time.calendar import shifted_days
from bot.spoken_time.feasts import NAMES, every_year, on
from scheduler.jobs import nominal_after
from tests.unit.lifecycle.community import NOW, SHANGHAI, Life, known_of, rule

DAY = timedelta(days=1)
FEASTS = Feasts(NAMES, every_year, lambda: shifted_days(range(2026, 2027)))
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


def _turns(schedule: Schedule, since: datetime, count: int) -> list[str]:
    found: list[str] = []
    for _ in range(count):
        since = nominal_after(schedule, since, SHANGHAI) or since
        found.append(f"{since.astimezone(SHANGHAI):%m-%d}")
    return found


def test_workdays_are_those_of_the_year_with_its_worked_weekends() -> None:
    # The State Council's arrangement for 2026: off from 10-01 to 10-07, worked on 09-20 and 10-10.
    workdays, problems = _schedule(CAMPAIGN + '{every: daily, at: "10:00", only: workdays}')
    assert problems == []
    assert _turns(workdays, datetime(2026, 9, 30, 3, tzinfo=UTC), 4) == ["10-08", "10-09", "10-10", "10-12"]
    assert _turns(workdays, datetime(2026, 9, 18, 3, tzinfo=UTC), 2) == ["09-20", "09-21"]
    off, _ = _schedule(CAMPAIGN + '{every: daily, at: "10:00", only: days_off}')
    assert _turns(off, datetime(2026, 9, 30, 3, tzinfo=UTC), 9) == [
        *(f"10-0{day}" for day in range(1, 8)), "10-11", "10-17",
    ]  # fmt: skip


def test_worked_weekends_are_days_of_the_calendar_too() -> None:
    schedule, problems = _schedule(CAMPAIGN + '{festival: 调休上班, at: "08:45"}')
    assert problems == []
    assert _turns(schedule, datetime(2026, 5, 1, tzinfo=UTC), 3) == ["05-09", "09-20", "10-10"]


def test_a_word_that_names_no_kind_of_day_is_refused() -> None:
    _, problems = _schedule(CAMPAIGN + '{every: daily, at: "10:00", only: weekdays}')
    assert any("schedule.only" in line and "workdays" in line for line in problems), problems


@pytest.mark.parametrize(
    ("day", "names"),
    [
        (date(2026, 10, 1), ("国庆",)),
        (date(2026, 9, 25), ("中秋",)),
        (date(2026, 2, 16), ("除夕",)),
        (date(2026, 12, 22), ("冬至",)),
        (date(2026, 10, 2), ()),
    ],
)
def test_a_day_knows_its_festivals_by_one_name_each(day: date, names: tuple[str, ...]) -> None:
    assert on(day) == names
