"""Reads a time that somebody said: strictly, since a wrong time is worse than one not understood."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot.spoken_time import clock, dates, days, repeats
from bot.spoken_time.calendar import ChineseCalendar
from bot.spoken_time.days import Dated
from bot.spoken_time.numerals import GAP, digits, plain
from bot.spoken_time.results import Ambiguous, Moment, NotUnderstood, Past, Repeating, Spoken

# What a day without a time means.
MORNING = time(10)
_SPAN = re.compile(r"(?:过|再过)?(?:(\d{1,3})个?(?:小时|钟头))?(?:(\d{1,4})分钟?)?(?:之后|以后|后)?")
_HALF = re.compile(r"(?:过|再过)?(?:(\d{1,3})个)?半个?(?:小时|钟头)(?:之后|以后|后)?")
_QUARTER = re.compile(r"(?:过|再过)?([123])刻钟(?:之后|以后|后)?")
_TAIL = re.compile(r"(?:开始|发|发送|发出|吧|左右|准时)+$")
_LONGEST = 40


def understand(text: str, now: datetime, calendar: ChineseCalendar) -> Spoken:
    """Return what a text means at `now`, aware, in the speaker's zone."""
    said = _TAIL.sub("", plain(text))
    if not said or len(said) > _LONGEST:
        return NotUnderstood(text[:_LONGEST])
    span = _span(digits(said), said)
    if span is not None:
        return Moment((now + span).replace(second=0, microsecond=0) if span else now)
    again = repeats.read(said)
    if again is not None:
        return _repeating(again, now)
    dated = days.read(said, now.date(), calendar) or dates.read(digits(said), now.date(), calendar)
    if dated is None:
        return _today(digits(said), now)
    return _dated(dated, now)


def _span(text: str, said: str) -> timedelta | None:
    """Return a length of time from now, None when the text is none."""
    if not said.endswith("后") and not said.startswith(("过", "再过")):
        return None
    half = _HALF.fullmatch(text)
    if half:
        return timedelta(hours=int(half[1] or 0), minutes=30)
    quarter = _QUARTER.fullmatch(text)
    if quarter:
        return timedelta(minutes=15 * int(quarter[1]))
    found = _SPAN.fullmatch(text)
    if found is None or not (found[1] or found[2]):
        return None
    return timedelta(hours=int(found[1] or 0), minutes=int(found[2] or 0))


def _spot(text: str) -> clock.Spot | None:
    rest = text.lstrip(GAP)
    return clock.read(digits(rest)) if rest else clock.Spot((MORNING,))


def _repeating(again: repeats.Again, now: datetime) -> Spoken:
    spot = _spot(again.rest)
    if spot is None or spot.late:
        return NotUnderstood(again.rest)
    schedules = [again.schedule(at) for at in spot.choices]
    firsts = [repeats.first_of(schedule, now) for schedule in schedules]
    if len(schedules) > 1:
        return Ambiguous(tuple(firsts))
    schedule = schedules[0]
    if schedule.every > 1:
        schedule = replace(schedule, starts=firsts[0].date())
    return Repeating(schedule, firsts[0])


def _today(text: str, now: datetime) -> Spoken:
    """Read a time without a day: the next one that comes."""
    spot = clock.read(text.lstrip(GAP))
    if spot is None:
        return NotUnderstood(text)
    today = now.date()
    if len(spot.choices) > 1 and ":" in text:
        # 6:00 on a clock of 24 hours is the morning, to most people the evening.
        both = (Dated((day,), text, once=True) for day in (today, today + timedelta(days=1)))
        coming = sorted(one for each in both for one in _moments(each.days, spot, now) if one > now)
        return Ambiguous(tuple(coming[:2]))
    return _dated(Dated((today,), text, again=(today + timedelta(days=1),)), now)


def _dated(dated: Dated, now: datetime) -> Spoken:
    spot = _spot(dated.rest)
    if spot is None:
        return NotUnderstood(dated.rest)
    moments = _moments(dated.days, spot, now)
    coming = [one for one in moments if one > now]
    if len(coming) == 1 and len(dated.days) == 1 and not dated.asks:
        return Moment(coming[0])
    if coming:
        return Ambiguous(tuple(coming))
    later = [one for one in _moments(dated.again, spot, now) if one > now]
    # 周四 on a Thursday, without a time, may still mean today.
    today = dated.days == (now.date(),) and not dated.rest
    if later and not dated.once and not today:
        return Moment(later[0]) if len(later) == 1 else Ambiguous(tuple(later))
    return Past(moments[-1], later[0] if later else None)


def _moments(on: Sequence[date], spot: clock.Spot, now: datetime) -> list[datetime]:
    late = timedelta(days=1 if spot.late else 0)
    return [datetime.combine(day + late, at, now.tzinfo) for day in on for at in spot.choices]
