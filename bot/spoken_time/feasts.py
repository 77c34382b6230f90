"""Festivals, shopping days and solar terms by the names people call them."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

from bot.spoken_time.calendar import last_of_lunar_year, lunar_to_solar, shifted_days, solar_terms

# Month and day of every year.
_SOLAR = {
    "元旦": (1, 1), "情人节": (2, 14), "妇女节": (3, 8), "三八节": (3, 8), "三八": (3, 8), "女神节": (3, 8),
    "植树节": (3, 12), "愚人节": (4, 1), "劳动节": (5, 1), "五一": (5, 1), "五一节": (5, 1),
    "五一劳动节": (5, 1), "青年节": (5, 4), "五四青年节": (5, 4), "儿童节": (6, 1), "六一": (6, 1),
    "六一儿童节": (6, 1), "618": (6, 18), "六一八": (6, 18), "建党节": (7, 1), "七一": (7, 1),
    "建军节": (8, 1), "八一": (8, 1), "教师节": (9, 10), "国庆": (10, 1), "国庆节": (10, 1), "十一": (10, 1),
    "万圣节": (10, 31), "双十一": (11, 11), "双11": (11, 11), "光棍节": (11, 11), "双十二": (12, 12),
    "双12": (12, 12), "平安夜": (12, 24), "圣诞": (12, 25), "圣诞节": (12, 25), "跨年夜": (12, 31),
    "520": (5, 20), "五二零": (5, 20),
}  # fmt: skip
# Month and day of the lunar year.
_LUNAR = {
    "春节": (1, 1), "大年初一": (1, 1), "元宵": (1, 15), "元宵节": (1, 15), "龙抬头": (2, 2), "端午": (5, 5),
    "端午节": (5, 5), "七夕": (7, 7), "七夕节": (7, 7), "中元节": (7, 15), "中秋": (8, 15), "中秋节": (8, 15),
    "重阳": (9, 9), "重阳节": (9, 9), "腊八": (12, 8), "腊八节": (12, 8),
}  # fmt: skip
_EVES = frozenset({"除夕", "大年三十", "年三十", "除夕夜"})
# The month, the weekday (Monday is 0) and which of them.
_NTH = {"母亲节": (5, 6, 2), "父亲节": (6, 6, 3), "感恩节": (11, 3, 4)}
_TERMS = (
    "小寒", "大寒", "立春", "雨水", "惊蛰", "春分", "清明", "谷雨", "立夏", "小满", "芒种", "夏至", "小暑",
    "大暑", "立秋", "处暑", "白露", "秋分", "寒露", "霜降", "立冬", "小雪", "大雪", "冬至",
)  # fmt: skip
_TERM_NAMES = {name: name for name in _TERMS} | {"清明节": "清明", "冬至节": "冬至"}
# 小年 is the 23rd in the north and the 24th in the south.
_EITHER = {"小年": ((12, 23), (12, 24))}
# As far as the lunar year is reckoned ahead for rules; nobody plans a campaign beyond.
YEARS = range(2020, 2051)
# Weekends that are worked in exchange for days off, where the year's arrangement is known.
_WORKED = frozenset({"调休上班", "调休"})
SATURDAY = 5
_LUNAR_DAY = re.compile(r"农历(1[0-2]|[1-9])[-月](30|[12][0-9]|[1-9])日?")
NAMES = tuple(sorted({*_SOLAR, *_LUNAR, *_EVES, *_NTH, *_TERM_NAMES, *_EITHER}, key=len, reverse=True))


def days_of(name: str, year: int) -> tuple[date, ...]:
    """Return the day a festival falls on in a solar year; two when people differ, none when it does not."""
    if name in _SOLAR:
        return (date(year, *_SOLAR[name]),)
    if name in _NTH:
        return (_nth(year, *_NTH[name]),)
    if name in _TERM_NAMES:
        found = solar_terms(year).get(_TERM_NAMES[name])
        return (found,) if found is not None else ()
    if name in _EVES:
        eves = (last_of_lunar_year(year - 1), last_of_lunar_year(year))
        return tuple(day for day in eves if day.year == year)
    wanted = _EITHER.get(name) or (_LUNAR[name],)
    # A lunar year begins in January or February, so its last months lie in the following solar year.
    found_days = [lunar_to_solar(lunar, *one) for lunar in (year - 1, year) for one in wanted]
    return tuple(sorted(day for day in found_days if day is not None and day.year == year))


def every_year(name: str, years: range = YEARS) -> tuple[date, ...]:
    """Return a festival's day in each of these years, in order; ``农历8-15`` names a day of the lunar year.

    Where people differ the earlier day counts. Nothing for a name that nobody calls anything.
    """
    lunar = _LUNAR_DAY.fullmatch(name)
    if lunar is not None:
        found = [lunar_to_solar(year, int(lunar[1]), int(lunar[2])) for year in years]
        return tuple(day for day in found if day is not None)
    if name in _WORKED:
        return tuple(sorted(day for day in shifted_days(years) if day.weekday() >= SATURDAY))
    if name not in NAMES:
        return ()
    return tuple(days[0] for year in years if (days := days_of(name, year)))


def on(day: date) -> tuple[str, ...]:
    """Return the festivals and solar terms of a day, each by one name."""
    return _by_day(day.year).get(day, ())


@cache
def _by_day(year: int) -> Mapping[date, tuple[str, ...]]:
    found: dict[date, dict[object, str]] = {}
    for name in (*_SOLAR, *_LUNAR, *_EITHER, "除夕", *_NTH, *_TERMS):
        same = _SOLAR.get(name) or _LUNAR.get(name) or name
        for day in days_of(name, year):
            found.setdefault(day, {}).setdefault(same, name)
    return {day: tuple(names.values()) for day, names in found.items()}


def _nth(year: int, month: int, weekday: int, which: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))
