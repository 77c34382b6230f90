"""Times that come again: 每天9点, 每周一三五20:00, 每月1号, 每个工作日."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from bot.domain.lifecycle.campaign import Schedule, Unit
from bot.domain.value import value
from bot.spoken_time.days import WEEKDAYS
from bot.spoken_time.numerals import digits

NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# A digit is a day only where no time begins with it.
_SIGN = r"(?:[一二三四五六日天]|[1-7](?![0-9:点时]))"
_LIST = rf"{_SIGN}(?:(?:&|到|至|-)?(?:周|星期|礼拜)?{_SIGN})*"
_SPAN_DAILY = re.compile(rf"(?:周|星期|礼拜)({_SIGN}(?:到|至|-)(?:周|星期|礼拜)?{_SIGN})(?:每天)?|工作日每天")
_DAILY = re.compile(r"每[天日]|天天")
_WORKING = re.compile(r"每个?工作日")
_WEEKLY = re.compile(rf"(每逢?个?|每[2两二]个?|隔|双)(?:周|星期|礼拜)(?:周|星期|礼拜)?({_LIST})(?:每天)?")
_MONTHLY = re.compile(r"每个?月(\d{1,2})[号日]")
_EVERY = re.compile(r"每(\d{1,2})天")
_LAST_SURE_DAY = 28
_FAR = 800


@value
class Again:
    """What repeats, how, and what follows in the text."""

    schedule: Callable[[time], Schedule]
    rest: str


def read(text: str) -> Again | None:
    """Return what repeats at the beginning of a text, None when nothing does."""
    for reader in (_daily, _working, _span, _weekly, _monthly, _every):
        found = reader(text)
        if found is not None:
            return found
    return None


def _daily(text: str) -> Again | None:
    found = _DAILY.match(text)
    return Again(Schedule, text[found.end() :]) if found else None


def _working(text: str) -> Again | None:
    found = _WORKING.match(text)
    return Again(lambda at: Schedule(at, 1, Unit.WEEK, NAMES[:5]), text[found.end() :]) if found else None


def _span(text: str) -> Again | None:
    found = _SPAN_DAILY.match(text)
    if found is None:
        return None
    names = tuple(NAMES[place] for place in sorted(_days(found[1] or "一到五")))
    return Again(lambda at: Schedule(at, 1, Unit.WEEK, names), text[found.end() :])


def _monthly(text: str) -> Again | None:
    said = digits(text)
    found = _MONTHLY.match(said)
    if found is None or not 1 <= int(found[1]) <= _LAST_SURE_DAY:
        return None
    day = int(found[1])
    return Again(lambda at: Schedule(at, 1, Unit.MONTH, (), day), said[found.end() :])


def _every(text: str) -> Again | None:
    said = digits(text)
    found = _EVERY.match(said)
    if found is None or int(found[1]) < 1:
        return None
    every = int(found[1])
    return Again(lambda at: Schedule(at, every), said[found.end() :])


def _weekly(text: str) -> Again | None:
    found = _WEEKLY.match(text)
    if found is None:
        return None
    every = 1 if found[1].rstrip("个逢") == "每" else 2
    days = _days(found[2])
    if not days:
        return None
    names = tuple(NAMES[place] for place in sorted(days))
    return Again(lambda at: Schedule(at, every, Unit.WEEK, names), text[found.end() :])


def _days(text: str) -> set[int]:
    """Return the weekdays of 一三五, 一到五 or 六&日."""
    days: set[int] = set()
    until = False
    last = -1
    for sign in re.sub(r"周|星期|礼拜", "", text):
        if sign in "到至-":
            until = True
        elif sign in WEEKDAYS:
            place = WEEKDAYS[sign]
            days |= set(range(last, place + 1)) if until else {place}
            until, last = False, place
    return days


def first_of(schedule: Schedule, now: datetime) -> datetime:
    """Return the first time after `now` (in the speaker's zone) that a repeating time comes."""
    day = now.date()
    for ahead in range(_FAR):
        one = day + timedelta(days=ahead)
        at = datetime.combine(one, schedule.at, now.tzinfo)
        if at > now and _falls(schedule, one):
            return at
    raise ValueError("never")


def _falls(schedule: Schedule, day: date) -> bool:
    if schedule.unit is Unit.WEEK:
        return NAMES[day.weekday()] in schedule.days
    return day.day == schedule.day if schedule.unit is Unit.MONTH else True
