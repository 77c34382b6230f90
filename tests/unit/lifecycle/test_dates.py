"""Entry by a date that comes back every year."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain import effects as fx
from bot.domain.lifecycle.anniversaries import Feb29, anniversaries, month_day, next_anniversary
from tests.unit.lifecycle.community import Life, rule

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WAIT = "[{id: w, wait: 1d}]"
ONCE = "[{tag: {add: [到]}}]"


def entered(life: Life) -> list[str]:
    """The keys of the runs that were started."""
    return [effect.enrollment.key for effect in life.effects if isinstance(effect, fx.Enroll)]


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
