"""Times as operators say them; a wrong one is worse than one that was not understood."""

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.lifecycle.campaign import Unit
from bot.spoken_time import Ambiguous, ChineseCalendar, Moment, Past, Repeating, Spoken, understand
from bot.spoken_time.echo import heard

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 26, 10, 30, tzinfo=SHANGHAI)
CALENDAR = ChineseCalendar()
FILE = Path(__file__).resolve().parents[2] / "payloads" / "spoken_times.yaml"
PHRASES: dict[str, str] = {
    str(said): meant for said, meant in yaml.safe_load(FILE.read_text(encoding="utf-8")).items()
}


def told(found: Spoken) -> str:
    """Return what was understood, in short."""
    match found:
        case Moment(at):
            return f"{at:%Y-%m-%d %H:%M}"
        case Repeating(schedule, first):
            days = "+".join(schedule.days) or (f"day {schedule.day}" if schedule.unit is Unit.MONTH else "")
            every = " ".join(f"every {schedule.every} {schedule.unit.value} {days}".split())
            return f"{every} at {schedule.at:%H:%M}, first {first:%m-%d}"
        case Ambiguous(choices):
            return "which: " + " or ".join(f"{one:%m-%d %H:%M}" for one in choices)
        case Past(at):
            return f"over: {at:%Y-%m-%d %H:%M}"
        case _:
            return "not understood"


def test_there_are_many_phrases() -> None:
    assert len(PHRASES) >= 300


@pytest.mark.parametrize("said", PHRASES)
def test_a_phrase_means_what_people_mean_by_it(said: str) -> None:
    assert told(understand(said, NOW, CALENDAR)) == PHRASES[said]


@pytest.mark.parametrize("said", [one for one in PHRASES if len(one) > 2])
def test_nothing_is_scheduled_before_now_or_by_half_a_phrase(said: str) -> None:
    found = understand(said, NOW, CALENDAR)
    if isinstance(found, Moment):
        assert found.at > NOW
        assert not isinstance(understand(f"{said}乱", NOW, CALENDAR), Moment)


@given(st.datetimes(datetime(2026, 11, 27), datetime(2027, 10, 31)))
def test_an_absolute_date_as_it_is_echoed_means_itself(at: datetime) -> None:
    at = at.replace(second=0, microsecond=0)
    said = f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"
    found = understand(said, NOW, CALENDAR)
    meant = (
        found.choices if isinstance(found, Ambiguous) else (found.at,) if isinstance(found, Moment) else ()
    )
    assert at.replace(tzinfo=SHANGHAI) in meant


@given(
    st.text(
        alphabet="明后大天下上周一二三五日月号点半刻初正农历每个工作年底前节春0123456789:./- ", max_size=12
    )
)
def test_no_text_makes_it_fail_or_look_back(said: str) -> None:
    found = understand(said, NOW, CALENDAR)
    if isinstance(found, Moment):
        assert found.at >= NOW - timedelta(minutes=1)


def test_the_echo_tells_weekday_days_off_and_what_is_not_known_yet() -> None:
    shifted = heard("2026年10月10日上午十点", datetime(2026, 9, 1, tzinfo=SHANGHAI), SHANGHAI, CALENDAR)
    assert "day_shifted_work" in str(shifted.said)
    unknown = heard("春节后第一个工作日", NOW, SHANGHAI, CALENDAR)
    assert "time_unarranged" in str(unknown.said)


def test_an_operator_knows_days_better() -> None:
    better = ChineseCalendar({date(2027, 2, 11): False, date(2027, 2, 12): False})
    found = understand("春节后第一个工作日", NOW, better)
    assert told(found) == "2027-02-15 10:00"
