"""Clocks of people: nights over midnight, changes of the clocks, months."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.delivery.hours import is_quiet, month_start, next_month, next_time, quiet_until
from bot.domain.delivery.policy import QuietHours

ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "UTC")]
times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
# Both days on which New York's clocks change, with what surrounds them.
moments = st.datetimes(datetime(2026, 3, 6), datetime(2026, 11, 5)).map(lambda at: at.replace(tzinfo=UTC))


@given(st.builds(QuietHours, times, times), moments, st.sampled_from(ZONES))
def test_the_end_of_the_quiet_hours_is_the_first_moment_that_is_not_quiet(
    quiet: QuietHours, now: datetime, zone: ZoneInfo
) -> None:
    until = quiet_until(quiet, now, zone)
    assert (until is None) is (not is_quiet(quiet, now, zone))
    if until is None:
        return
    assert now < until <= now + timedelta(hours=25)
    assert not is_quiet(quiet, until, zone)
    minute = now
    while minute < until:
        assert is_quiet(quiet, minute, zone)
        minute += timedelta(minutes=15)


def test_an_end_that_happens_twice_is_the_second_when_the_first_is_followed_by_night() -> None:
    zone = ZoneInfo("America/New_York")
    quiet = QuietHours(time(21, 0), time(1, 30))
    evening = datetime(2026, 10, 31, 22, 0, tzinfo=zone).astimezone(UTC)
    first = datetime(2026, 11, 1, 1, 30, tzinfo=zone).astimezone(UTC)
    assert quiet_until(quiet, evening, zone) == first
    repeated = datetime(2026, 11, 1, 1, 15, tzinfo=zone, fold=1).astimezone(UTC)
    assert quiet_until(quiet, repeated, zone) == first + timedelta(hours=1)


def test_an_end_the_clocks_skip_comes_with_the_jump() -> None:
    zone = ZoneInfo("America/New_York")
    quiet = QuietHours(time(21, 0), time(2, 30))
    night = datetime(2026, 3, 8, 1, 0, tzinfo=zone).astimezone(UTC)
    assert quiet_until(quiet, night, zone) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)


def test_the_next_time_is_today_or_tomorrow_on_the_clock_of_the_zone() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    noon = datetime(2026, 11, 14, 12, tzinfo=zone)
    assert next_time((time(10), time(19, 30)), noon, zone) == noon.replace(hour=19, minute=30)
    late = noon.replace(hour=19, minute=30)
    assert next_time((time(10), time(19, 30)), late, zone) == noon.replace(day=15, hour=10)


def test_a_month_begins_at_midnight_of_the_zone() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    new_year = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    assert month_start(new_year, zone) == new_year
    assert next_month(new_year - timedelta(seconds=1), zone) == new_year
    assert month_start(new_year - timedelta(seconds=1), zone) == datetime(2026, 11, 30, 16, tzinfo=UTC)
