"""When a schedule's turns come."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.lifecycle.campaign import Schedule, Unit
from scheduler.jobs import nominal_after

SHANGHAI = ZoneInfo("Asia/Shanghai")
SATURDAY = datetime(2026, 11, 14, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai


def turns(schedule: Schedule, count: int, zone: ZoneInfo = SHANGHAI, since: datetime = SATURDAY) -> list[str]:
    found: list[str] = []
    moment: datetime | None = since
    for _ in range(count):
        moment = nominal_after(schedule, moment, zone) if moment is not None else None
        found.append(f"{moment.astimezone(zone):%a %m-%d %H:%M}" if moment else "never")
    return found


CASES = [
    (Schedule(time(10)), ["Sun 11-15 10:00", "Mon 11-16 10:00"]),
    (Schedule(time(19, 30), 1, Unit.WEEK, ("fri",)), ["Fri 11-20 19:30", "Fri 11-27 19:30"]),
    (Schedule(time(9), 1, Unit.WEEK, ("mon", "sun")), ["Sun 11-15 09:00", "Mon 11-16 09:00"]),
    (Schedule(time(9), 2, Unit.WEEK, ("fri",), starts=date(2026, 11, 27)),
     ["Fri 11-27 09:00", "Fri 12-11 09:00"]),
    (Schedule(time(9), 1, Unit.MONTH, day=1), ["Tue 12-01 09:00", "Fri 01-01 09:00"]),
    (Schedule(time(9), 3, Unit.DAY, starts=date(2026, 11, 20)), ["Fri 11-20 09:00", "Mon 11-23 09:00"]),
    (Schedule(once=datetime(2026, 12, 12, 2, 0, tzinfo=UTC)), ["Sat 12-12 10:00", "never"]),
    (Schedule(once=datetime(2026, 1, 1, tzinfo=UTC)), ["never"]),
]  # fmt: skip


@pytest.mark.parametrize(("schedule", "expected"), CASES)
def test_turns_come_on_the_named_days_at_the_named_hour(schedule: Schedule, expected: list[str]) -> None:
    assert turns(schedule, len(expected)) == expected


def test_every_other_week_is_the_same_week_whoever_asks_and_whenever() -> None:
    schedule = Schedule(time(9), 2, Unit.WEEK, ("fri",))
    first = nominal_after(schedule, SATURDAY, SHANGHAI)
    assert first is not None
    for days in range(14):
        asked = nominal_after(schedule, first - timedelta(days=days, seconds=1), SHANGHAI)
        assert asked == first


def test_a_turn_is_after_the_moment_asked_never_at_it() -> None:
    assert nominal_after(Schedule(time(10)), SATURDAY, SHANGHAI) == SATURDAY + timedelta(days=1)


def test_the_hour_of_the_wall_clock_stays_over_a_change_of_clocks() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    since = datetime(2026, 10, 23, 12, 0, tzinfo=UTC)
    assert turns(Schedule(time(9)), 3, berlin, since) == [
        "Sat 10-24 09:00",
        "Sun 10-25 09:00",
        "Mon 10-26 09:00",
    ]
