"""Streaks against a naive count over all days, made-up ones included; each day and bonus paid once."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from bot.domain.activities import CheckIn, MakeUp, Points, Streak
from bot.domain.effects import CheckInToday, MakeUpDay
from storage import check_ins, points
from storage.check_ins import CHECK_IN
from storage.database import Database
from storage.outcomes import Came
from storage.points import ACCOUNT, CHANGE
from storage.reports import audited

FIRST = date(2026, 12, 1)
TERMS = Points()
ACTIVITY = CheckIn("check_in", 5, (Streak(3, 20), Streak(7, 50)), MakeUp(2, timedelta(days=7)))


def at(day: int) -> datetime:
    return datetime(2026, 12, 1, 4, tzinfo=UTC) + timedelta(days=day)


def written(day: int) -> str:
    return (FIRST + timedelta(days=day)).isoformat()


def check_in(database: Database, day: int, time: int = 0) -> Came:
    one = CheckInToday(1, written(day), ACTIVITY, f"k{day}.{time}", at(day), TERMS)
    return database.transact(lambda c: check_ins.check_in(c, [one], at(day)))[0]


def make_up(database: Database, day: int) -> Came:
    one = MakeUpDay(1, written(day), ACTIVITY, f"u{day}", at(day), TERMS)
    return database.transact(lambda c: check_ins.make_up(c, [one], at(day)))[0]


def streak_to(days: set[int], day: int) -> int:
    count = 0
    while day - count in days:
        count += 1
    return count


def runs_of(days: set[int]) -> list[set[int]]:
    """The stretches of days without a gap."""
    runs: list[set[int]] = []
    for day in sorted(days):
        if day - 1 in days:
            runs[-1].add(day)
        else:
            runs.append({day})
    return runs


def bonuses(database: Database) -> dict[tuple[int, int], int]:
    """What was paid for which height of a streak, by the day it was paid for."""
    rows = database.transact(lambda c: c.execute(select(CHANGE.c.key, CHANGE.c.delta)).all())
    found: dict[tuple[int, int], int] = {}
    for key, delta in rows:
        parts = key.split(":")
        if parts[0] == "check_in" and len(parts) == 4:
            found[(date.fromisoformat(parts[2]) - FIRST).days, int(parts[3])] = delta
    return found


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=25))
def test_streaks_are_those_of_the_days_and_every_bonus_comes_once(
    database: Database, acts: list[tuple[int, bool]]
) -> None:
    database.transact(lambda c: [c.execute(delete(one)) for one in (CHECK_IN, CHANGE, ACCOUNT)])
    days: set[int] = set()
    checked: set[int] = set()
    today = 0
    for gap, back in acts:
        today += gap
        if back:
            missed = next((day for day in range(today - 1, today - 8, -1) if day not in days), None)
            possible = missed is not None and bool(days) and missed > min(days)
            had = database.transact(lambda c: points.balance(c, 1))
            came = make_up(database, today)
            assert (came.reason == "") is (possible and had >= 2)
            if not came.reason and missed is not None:
                days.add(missed)
        else:
            came = check_in(database, today)
            assert (came.reason == "again") is (today in days)
            days.add(today)
            checked.add(today)
            assert came.facts["streak"] == streak_to(days, today)
    given = bonuses(database)
    for run in runs_of(days):
        for height in (3, 7):
            paid = [each for day, each in given.items() if day[0] in run and day[1] == height]
            # Two runs that were joined later may each have had theirs.
            assert bool(paid) is (len(run) >= height)
    rows = database.transact(lambda c: c.execute(select(CHECK_IN.c.day, CHECK_IN.c.streak)).all())
    assert dict(map(tuple, rows)) == {written(day): streak_to(days, day) for day in days}
    assert database.transact(audited).wrong == ()


def test_a_bonus_comes_with_the_day_that_completes_it_and_a_second_tap_brings_nothing(
    database: Database,
) -> None:
    found = [check_in(database, day).facts for day in range(3)]
    assert [(one["came"], one["bonus"], one["points"]) for one in found] == [
        (5, 0, 5),
        (5, 0, 10),
        (25, 20, 35),
    ]
    assert (found[-1]["next_days"], found[-1]["next_points"]) == (4, 50)
    again = check_in(database, 2, time=1)
    assert (again.reason, again.facts["streak"], again.facts["points"]) == ("again", 3, 35)


def test_a_made_up_day_joins_what_it_separated_and_pays_what_that_completes(database: Database) -> None:
    for day in (0, 1, 3, 4):
        check_in(database, day)
    came = make_up(database, 4)
    assert (came.facts["day"], came.facts["streak"], came.facts["cost"]) == ("2026-12-03", 5, 2)
    # four days at 5, a bonus of 20 for the third day, which is the one made up, less 2
    assert came.facts["points"] == 38
    assert make_up(database, 4).reason == "nothing_missed"


def test_who_has_too_few_points_makes_up_nothing(database: Database) -> None:
    check_in(database, 0)
    dear = CheckIn("check_in", 5, (), MakeUp(6, timedelta(days=7)))
    one = MakeUpDay(1, written(2), dear, "u", at(2), TERMS)
    (came,) = database.transact(lambda c: check_ins.make_up(c, [one], at(2)))
    assert (came.reason, came.facts["points"]) == ("too_few", 5)
    assert check_in(database, 2).facts["streak"] == 1


def test_a_bonus_of_a_run_is_paid_once_however_the_run_came_together(database: Database) -> None:
    for day in (0, 1, 2, 4, 5, 6, 7, 8, 9, 10):
        check_in(database, day)
    assert sum(bonuses(database).values()) == 20 + 20 + 50
    make_up(database, 10)
    assert sum(bonuses(database).values()) == 20 + 20 + 50


def test_a_day_put_in_later_by_a_journey_west_is_counted_on(database: Database) -> None:
    found = [check_in(database, day).facts["streak"] for day in (0, 1, 3, 2, 4)]
    assert found == [1, 2, 1, 4, 5]
