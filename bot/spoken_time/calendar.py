"""Working days, holidays and the lunar year of China.

The State Council publishes next year's arrangement (days off, and the weekends worked for them) each
November. A year whose arrangement nobody knows yet is reckoned by its public holidays and weekdays.
"""

from datetime import date, timedelta
from functools import cache

from bot.domain.value import value

# A day off cannot be further from the last working day than this.
_LONGEST_REST = 20


@value
class DayKind:
    """What sort of day it is: worked or not, and whether the year's arrangement is known."""

    working: bool
    known: bool
    shifted: bool = False


class ChineseCalendar:
    """The calendar; `overrides` are days an operator knows better, worked or not."""

    def __init__(self, overrides: dict[date, bool] | None = None) -> None:
        """Hold what is known better."""
        self._overrides = overrides or {}

    def kind(self, day: date) -> DayKind:
        """Return what sort of day it is; `shifted` is a weekend that is worked or a weekday off."""
        weekday = day.weekday() < 5
        if day in self._overrides:
            working = self._overrides[day]
            return DayKind(working, known=True, shifted=working != weekday)
        found = _arranged(day)
        if found is not None:
            return DayKind(found, known=True, shifted=found != weekday)
        working = weekday and day not in _public(day.year)
        return DayKind(working, known=False, shifted=working != weekday)

    def working_day(self, start: date) -> date:
        """Return the first working day from `start` on, itself included."""
        day = start
        for _ in range(_LONGEST_REST):
            if self.kind(day).working:
                break
            day += timedelta(days=1)
        return day


def _arranged(day: date) -> bool | None:
    """Return whether the day is worked by the published arrangement, None when none is known."""
    import chinese_calendar  # here, since most starts never speak of a day

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


@cache
def _public(year: int) -> frozenset[date]:
    import holidays  # here, see `_arranged`

    return frozenset(holidays.country_holidays("CN", years=year))


@cache
def shifted_days(years: range) -> frozenset[date]:
    """Return the weekends that are worked and the weekdays that are not, of all these years."""
    calendar = ChineseCalendar()
    first, last = date(years.start, 1, 1), date(years.stop, 1, 1)
    days = (first + timedelta(days=place) for place in range((last - first).days))
    return frozenset(day for day in days if calendar.kind(day).shifted)


def lunar_to_solar(year: int, month: int, day: int) -> date | None:
    """Return the day of a lunar year (numbered by the solar year it begins in), None when there is none."""
    from lunar_python import Lunar  # here, see `_arranged`

    try:
        solar = Lunar.fromYmd(year, month, day).getSolar()
    except Exception:  # noqa: BLE001  the library raises plain Exception for a day that is not there
        return None
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


def last_of_lunar_year(year: int) -> date:
    """Return 除夕, the eve of the lunar year that follows."""
    following = lunar_to_solar(year + 1, 1, 1)
    if following is None:
        raise ValueError(f"no lunar year {year + 1}")
    return following - timedelta(days=1)


# The library calls the terms beyond the year's end by other names.
_BEYOND = {
    "DA_XUE": "大雪", "DONG_ZHI": "冬至", "XIAO_HAN": "小寒", "DA_HAN": "大寒", "LI_CHUN": "立春",
    "YU_SHUI": "雨水", "JING_ZHE": "惊蛰",
}  # fmt: skip


@cache
def solar_terms(year: int) -> dict[str, date]:
    """Return the days of the twenty-four solar terms of a solar year, by name."""
    from lunar_python import Solar  # here, see `_arranged`

    found: dict[str, date] = {}
    # Each table runs from one winter solstice to the next but one; two of them cover the solar year.
    for middle in (date(year, 3, 1), date(year, 12, 30)):
        table = Solar.fromYmd(middle.year, middle.month, middle.day).getLunar().getJieQiTable()
        for name, solar in table.items():
            day = date(solar.getYear(), solar.getMonth(), solar.getDay())
            if day.year == year:
                found[_BEYOND.get(name, name)] = day
    return found
