"""How single values are written."""

# ruff: noqa: E501 - tables of whole sentences read best a line each

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.config import values
from bot.domain.delivery.routes import Rate


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (values.duration, "30d", timedelta(days=30)),
        (values.duration, "20h", timedelta(hours=20)),
        (values.duration, "1m", timedelta(minutes=1)),
        (values.duration, "50s", timedelta(seconds=50)),
        (values.duration, "2w", timedelta(days=14)),
        (values.duration, "1d12h", timedelta(hours=36)),
        (values.duration, "3y", timedelta(days=1095)),
        (values.offset, "-3d", timedelta(days=-3)),
        (values.offset, "0d", timedelta()),
        (values.rate, "50/s", Rate(50)),
        (values.rate, "600/m", Rate(600, timedelta(minutes=1))),
        (values.quota, 1, (1, None)),
        (values.quota, "20/365d", (20, timedelta(days=365))),
        (values.money, 10, 1000),
        (values.money, 9.9, 990),
        (values.money, 0.07, 7),
        (values.money, "19.90", 1990),
        (values.share, "20%", 0.2),
        (values.share, "0%", 0.0),
        (values.time_of_day, "21:30", time(21, 30)),
        (values.hours, "09:00-21:00", (time(9), time(21))),
        (values.hours, "20:00-02:00", (time(20), time(2))),
        (values.moment, "2026-12-01", date(2026, 12, 1)),
        (values.moment, "2026-12-12T12:00:00+08:00", datetime(2026, 12, 12, 4, tzinfo=UTC)),
        (values.size, "64KB", 65536),
    ],
)
def test_a_value_is_read_as_people_mean_it(
    read: Callable[[object], object], text: object, value: object
) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text"),
    [
        *[(values.duration, text) for text in (30, "30", "d", "1.5h", "0d", "-1d", "1M", "101y", "9" * 9 + "w", "1 d", "１d", None)],
        *[(values.offset, text) for text in ("--1d", "-", 0, "0")],
        *[(values.rate, text) for text in ("0/s", "50", 50, "50/d", "50/S", "-1/s")],
        *[(values.quota, text) for text in ("0/1d", "1/0d", "1/d", "")],
        (values.quota, 0),
        (values.quota, True),
        *[(values.money, text) for text in (True, -1, 9.999, "1e99", "NaN", "Infinity", 1e300, "")],
        *[(values.share, text) for text in (20, "101%", "-1%", "%", "0.2")],
        *[(values.time_of_day, text) for text in (1290, "24:00", "9:00", "21:60", "21:30:00", "２1:30")],
        *[(values.hours, text) for text in ("09:00", "09:00-09:00", "9-21", 9)],
        *[(values.zone, text) for text in ("Asia/Shangai", "", "../etc/passwd", "/etc/localtime", 8, "Asia", "+08:00")],
        *[(values.moment, text) for text in ("2026-13-01", "2026-12-12T12:00:00", "soon", 20261201)],
        *[(values.size, text) for text in ("0KB", "64", "64kb", 64)],
    ],
)  # fmt: skip
def test_anything_else_is_refused(read: Callable[[object], object], text: object) -> None:
    with pytest.raises(ValueError, match=r".{12,}"):
        read(text)
