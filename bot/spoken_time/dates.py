"""Days by number: 12月1日, 25号, 月底, 3天后, 工作日; numerals are digits by then."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from bot.spoken_time.calendar import ChineseCalendar
from bot.spoken_time.days import JUST_OVER, Dated, next_month

_AFTER = re.compile(r"过?(\d{1,3})(天|日|个?星期|周|个?礼拜|个?月)(?:后|以后|之后)")
_FULL = re.compile(r"(\d{4})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})[日号]?")
_MONTH_DAY = re.compile(r"(今年|明年)?(\d{1,2})月(\d{1,2})[日号]?")
_SIGNS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})(?=\||$|[早晚上下中凌傍])")
_DAY = re.compile(r"(这个?月|本月|下下个?月|下个?月)?(\d{1,2})[号日]")
_OF_MONTH = re.compile(r"(?:(本|这个?|下下个?|下个?)|(今年|明年)?(\d{1,2}))?月(底|末|初|中旬?)")
_YEAR_END = re.compile(r"(?:(今|明|本)年年?|年)[底末]")
_WORKING = re.compile(r"(下1?个?|最近1?个?|1个)?工作日")
_LONGEST_MONTHS = 24

Reader = Callable[[str, date, ChineseCalendar], Dated | None]


def read(text: str, today: date, calendar: ChineseCalendar) -> Dated | None:
    """Return the day at the beginning of a text whose numerals are digits, None when there is none."""
    for reader in (_after, _full, _month_day, _signs, _of_month, _day, _year_end, _working):
        found = reader(text, today, calendar)
        if found is not None:
            return found
    return None


def _after(text: str, today: date, _calendar: ChineseCalendar) -> Dated | None:
    found = _AFTER.match(text)
    if found is None:
        return None
    count, unit = int(found[1]), found[2].removeprefix("个")
    if unit == "月":
        if count > _LONGEST_MONTHS:
            return None
        month = next_month(today, count)
        day = month.replace(day=min(today.day, monthrange(month.year, month.month)[1]))
    else:
        day = today + timedelta(days=count if unit in {"天", "日"} else 7 * count)
    return Dated((day,), text[found.end() :], once=True)


def _full(text: str, _today: date, _calendar: ChineseCalendar) -> Dated | None:
    found = _FULL.match(text)
    day = _made(int(found[1]), int(found[2]), int(found[3])) if found else None
    return Dated((day,), text[found.end() :], once=True) if found and day else None


def _month_day(text: str, today: date, _calendar: ChineseCalendar) -> Dated | None:
    found = _MONTH_DAY.match(text)
    if found is None:
        return None
    return _yearly(text[found.end() :], today, int(found[2]), int(found[3]), found[1] or "")


def _signs(text: str, today: date, _calendar: ChineseCalendar) -> Dated | None:
    """Read 11-25 and 11/25; 12.1 may be a number, so it is asked about."""
    found = _SIGNS.match(text)
    if found is None:
        return None
    dated = _yearly(text[found.end() :], today, int(found[1]), int(found[3]), "")
    return replace(dated, asks=found[2] == ".") if dated is not None else None


def _yearly(rest: str, today: date, month: int, day: int, year: str) -> Dated | None:
    if year:
        made = _made(today.year + (year == "明年"), month, day)
        return Dated((made,), rest, once=True) if made else None
    this, following = _made(today.year, month, day), _made(today.year + 1, month, day)
    if this is None or this < today - JUST_OVER:
        # The 29th of February waits for its year.
        leap = next((one for one in (_made(today.year + n, month, day) for n in range(1, 5)) if one), None)
        coming = following or leap
        return Dated((coming,), rest, once=True) if coming else None
    return Dated((this,), rest, again=(following,) if following else (), once=True)


def _of_month(text: str, today: date, _calendar: ChineseCalendar) -> Dated | None:
    found = _OF_MONTH.match(text)
    if found is None:
        return None
    which, year, number, part = found.groups()
    if number:
        if not 1 <= int(number) <= 12:
            return None
        first = date(today.year + (year == "明年"), int(number), 1)
        if not year and first < today.replace(day=1):
            first = first.replace(year=first.year + 1)
    else:
        first = next_month(today, {"下": 1, "下个": 1, "下下": 2, "下下个": 2}.get(which or "", 0))
    rest = text[found.end() :]
    if part in {"底", "末"}:
        last = first.replace(day=monthrange(first.year, first.month)[1])
        following = next_month(first, 1)
        after = following.replace(day=monthrange(following.year, following.month)[1])
        return Dated((last,), rest, again=() if which or number else (after,), once=bool(which or number))
    # 月初 and 月中 are several days.
    days = (1, 2, 3) if part == "初" else (14, 15, 16)
    coming = tuple(first.replace(day=one) for one in days if first.replace(day=one) >= today)
    following = next_month(first, 1)
    return Dated(coming or tuple(following.replace(day=one) for one in days), rest, once=True)


def _day(text: str, today: date, _calendar: ChineseCalendar) -> Dated | None:
    found = _DAY.match(text)
    if found is None:
        return None
    which, number = found[1] or "", int(found[2])
    rest = text[found.end() :]
    months = 2 if which.startswith("下下") else 1 if which.startswith("下") else 0
    if which:
        first = next_month(today, months)
        made = _made(first.year, first.month, number)
        return Dated((made,), rest, once=True) if made else None
    coming = [_made(first.year, first.month, number) for first in (next_month(today, n) for n in range(4))]
    days = [one for one in coming if one is not None and one >= today]
    return Dated((days[0],), rest, again=tuple(days[1:2])) if days else None


def _year_end(text: str, today: date, _calendar: ChineseCalendar) -> Dated | None:
    found = _YEAR_END.match(text)
    if found is None:
        return None
    return Dated((date(today.year + (found[1] == "明"), 12, 31),), text[found.end() :], once=True)


def _working(text: str, today: date, calendar: ChineseCalendar) -> Dated | None:
    found = _WORKING.match(text)
    if found is None:
        return None
    tomorrow = today + timedelta(days=1)
    following = calendar.working_day(tomorrow)
    first = following if (found[1] or "").startswith("下") else calendar.working_day(today)
    again = calendar.working_day(first + timedelta(days=1))
    return Dated((first,), text[found.end() :], again=(again,))


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
