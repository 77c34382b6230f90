"""Days as people say them: 明天, 下周三, 12月1日, 月底, 春节后第一个工作日."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from bot.domain.value import value
from bot.spoken_time import feasts
from bot.spoken_time.calendar import ChineseCalendar, lunar_to_solar
from bot.spoken_time.numerals import digits

# A date that was over so shortly ago was hardly meant for next year.
JUST_OVER = timedelta(days=60)
_RELATIVE = {"大后": 3, "后": 2, "明": 1, "今": 0, "当": 0, "昨": -1, "前": -2, "大前": -3}
# 前 and 后 need their 天; 明 and 今 go without it before a part of the day.
_RELATIVELY = re.compile(r"(?:(大后|大前|后|前|昨|当|明|今)(?:天|日|儿)|(明|今|昨)(?=[早晚]))")
_WEEK = re.compile(r"(上上|上|这|本|下下|下)?个?(?:周|星期|礼拜)([1-7一二三四五六日天末])")
WEEKDAYS = {
    sign: place
    for place, signs in enumerate(("一1", "二2", "三3", "四4", "五5", "六6", "日天7"))
    for sign in signs
}
_LUNAR = re.compile(
    r"(农历|阴历|旧历)?(正|冬|腊|十[一二]|[一二三四五六七八九十]|1[0-2]|[1-9])月"
    r"(初[一二三四五六七八九十]|廿[一二三四五六七八九]?|[二三]?十[一二三四五六七八九]?|[一二三四五六七八九]"
    r"|[12][0-9]|30|[1-9])([日号]?)"
)
_FEAST = re.compile(rf"(今年|明年)?({'|'.join(feasts.NAMES)})")
_NOT_A_FEAST = re.compile(r"[点月号日个天分:年]")
_AFTER_IT = "(?:后|之后|过后)"
_NEAR = re.compile(
    rf"(?:节|假期|假)?(?:(前1天|前夕|前夜|头1天)|(当天|当日|那天)|{_AFTER_IT}?(第2天|次日)"
    rf"|前(\d{{1,2}})天|{_AFTER_IT}第?1?天?(上班)(?:第1天|当天|那天)?|{_AFTER_IT}(\d{{1,2}})天"
    rf"|{_AFTER_IT}第?(\d{{1,2}})个工作日|{_AFTER_IT}第(\d{{1,2}})天|前最后1个(工作日))"
)


@value
class Dated:
    """The days a text may mean; `again` is what it means once these are over, `rest` what follows it.

    With `once` it means no other day when it is over; with `asks` it may well be no day at all.
    """

    days: tuple[date, ...]
    rest: str
    again: tuple[date, ...] = ()
    once: bool = False
    asks: bool = False


Reader = Callable[[str, date, ChineseCalendar], Dated | None]


def read(text: str, today: date, calendar: ChineseCalendar) -> Dated | None:
    """Return the day at the beginning of a text, None when there is none."""
    for reader in _READERS:
        found = reader(text, today, calendar)
        if found is not None:
            return found
    return None


def _relative(text: str, today: date, _calendar: ChineseCalendar) -> Dated | None:
    found = _RELATIVELY.match(text)
    if found is None:
        return None
    day = today + timedelta(days=_RELATIVE[found[1] or found[2]])
    return Dated((day,), text[found.end() :], once=True)


def _weekday(text: str, today: date, _calendar: ChineseCalendar) -> Dated | None:
    found = _WEEK.match(text)
    if found is None:
        return None
    which, sign = found[1] or "", found[2]
    rest = text[found.end() :]
    monday = today - timedelta(days=today.weekday())
    weeks = {"上上": -2, "上": -1, "下": 1, "下下": 2}.get(which, 0)
    if sign == "末":
        saturday = monday + timedelta(days=5 + 7 * weeks)
        return Dated((saturday, saturday + timedelta(days=1)), rest, once=True)
    day = monday + timedelta(days=WEEKDAYS[sign] + 7 * weeks)
    if which:
        return Dated((day,), rest, once=True)
    day += timedelta(days=7 if day < today else 0)
    return Dated((day,), rest, again=(day + timedelta(days=7),))


def _feast(text: str, today: date, calendar: ChineseCalendar) -> Dated | None:
    found = _FEAST.match(text)
    if found is None or (found[2][-1] in "一二八零0125" and _NOT_A_FEAST.match(text, found.end())):
        return None
    rest = digits(text[found.end() :])
    near = _NEAR.match(rest)
    if near is None:
        rest = rest.removeprefix("节")
    eve = near is not None and near[0].endswith("夜")
    rest = rest[near.end() :] if near else rest
    if (eve or (near is None and found[2].endswith("夜"))) and rest[:1].isdigit():
        rest = f"晚上{rest}"
    years = {"今年": (today.year,), "明年": (today.year + 1,)}.get(
        found[1] or "", (today.year, today.year + 1)
    )
    each = [[_moved(day, near, calendar) for day in feasts.days_of(found[2], year)] for year in years]
    coming = [days for days in each if days and days[-1] >= today]
    if not coming:
        over = [days for days in each if days]
        return Dated(tuple(over[-1]), rest, once=True) if over else None
    again = tuple(coming[1]) if len(coming) > 1 else ()
    return Dated(tuple(coming[0]), rest, again=again, once=not again)


def _moved(day: date, near: "re.Match[str] | None", calendar: ChineseCalendar) -> date:
    if near is None:
        return day
    eve, same, _, before, to_work, after, nth_work, nth, last_work = near.groups()
    one = timedelta(days=1)
    if same:
        return day
    if eve or before:
        return day - one * int(before or 1)
    if last_work:
        day -= one
        while not calendar.kind(day).working:
            day -= one
        return day
    if nth_work or to_work:
        for _ in range(int(nth_work or 1)):
            day = calendar.working_day(day + one)
        return day
    return day + one * int(after or nth or 1)


def _lunar(text: str, today: date, _calendar: ChineseCalendar) -> Dated | None:
    found = _LUNAR.match(text)
    if found is None or (found[4] and not found[1]):
        return None
    named = found[1] or found[2] in "正冬腊" or found[3][0] in "初廿"
    month = {"正": 1, "冬": 11, "腊": 12}.get(found[2]) or int(digits(found[2]))
    day = _lunar_day(found[3])
    if not named and found[2].isdigit():
        return None
    rest = text[found.end() :]
    days = [lunar_to_solar(year, month, day) for year in (today.year - 1, today.year, today.year + 1)]
    coming = [one for one in days if one is not None and one >= today]
    if not coming:
        return None
    if not named:
        # 八月十五 is a festival to some and a day in August to others.
        solar = _of_year(today, month, day)
        return Dated(tuple(sorted({coming[0], *solar})), rest, once=True) if solar else None
    return Dated((coming[0],), rest, again=tuple(coming[1:2]))


def _lunar_day(text: str) -> int:
    if text.startswith("初"):
        return int(digits(text[1:]))
    return 20 + int(digits(text[1:]) or 0) if text.startswith("廿") else int(digits(text))


def _of_year(today: date, month: int, day: int) -> tuple[date, ...]:
    for year in (today.year, today.year + 1):
        made = _made(year, month, day)
        if made is not None and made >= today:
            return (made,)
    return ()


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def next_month(day: date, months: int) -> date:
    """Return the first of the month so many months later."""
    months += day.month - 1
    return date(day.year + months // 12, months % 12 + 1, 1)


_READERS: tuple[Reader, ...] = (_weekday, _feast, _lunar, _relative)
