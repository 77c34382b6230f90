"""How days, times, money and secrets are shown."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.rendering.environment import masked, shown_date, shown_day, shown_money, shown_time

SHANGHAI = ZoneInfo("Asia/Shanghai")
LATE = datetime(2026, 11, 30, 16, 30, tzinfo=UTC)


def test_days_and_times_are_those_of_the_apps_zone() -> None:
    assert shown_day(LATE, SHANGHAI) == "12月1日"
    assert shown_time(LATE, SHANGHAI) == "00:30"
    assert shown_date(LATE, SHANGHAI) == "2026年12月1日"
    assert shown_day(LATE, ZoneInfo("America/New_York")) == "11月30日"
    assert shown_day(date(2026, 12, 1), SHANGHAI) == shown_day("2026-12-01", SHANGHAI) == "12月1日"
    assert shown_day("02-29", SHANGHAI) == "2月29日"
    assert shown_day(LATE.isoformat(), SHANGHAI) == "12月1日"


@pytest.mark.parametrize("value", [None, 5, "soon", "13-01", "2026-12-01T00:00:00"])
def test_what_is_no_day_is_not_shown_as_one(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        shown_day(value, SHANGHAI)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(10, "10元"), (9.9, "9.9元"), (1299, "1,299元"), (0.05, "0.05元"), (100, "100元"), (0, "0元")],
)
def test_money_is_shown_as_people_write_it(value: float, shown: str) -> None:
    assert shown_money(value) == shown


def test_a_mask_hides_the_middle() -> None:
    assert masked("13800138000") == "138****8000"
    assert masked("张三丰") == "张**"
