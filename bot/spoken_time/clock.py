"""The time of a day as people say it: 上午十点, 下午3点半, 20:00, 明晚."""

import re
from datetime import time

from bot.domain.value import value

# What a part of the day means when no hour follows.
PERIODS = {
    "凌晨": None, "清晨": time(7), "早上": time(8, 30), "早晨": time(8, 30), "早": time(8, 30),
    "上午": time(10), "中午": time(12), "正午": time(12), "午间": time(12), "下午": time(15),
    "傍晚": time(18), "晚上": time(20), "晚间": time(20), "晚": time(20), "夜里": None, "夜间": None,
    "深夜": None, "半夜": None, "午夜": None,
}  # fmt: skip
MORNING = frozenset({"凌晨", "清晨", "早上", "早晨", "早", "上午"})
EVENING = frozenset({"晚上", "晚间", "晚", "傍晚"})
NIGHT = frozenset({"夜里", "夜间", "深夜", "半夜", "午夜"})
NOON = frozenset({"中午", "正午", "午间"})
_PERIOD = "|".join(sorted(PERIODS, key=len, reverse=True))
_QUARTERS = {"半": 30, "1刻": 15, "3刻": 45, "1刻钟": 15, "3刻钟": 45, "整": 0, "": 0, "钟": 0}
_HOUR = re.compile(
    rf"({_PERIOD})?(?:(\d{{1,2}}):(\d{{2}})(?::00)?|(\d{{1,2}})(?:点|时)(钟|整|半|[13]刻钟?|(\d{{1,2}})分?)?)"
)
_ALONE = re.compile(rf"({_PERIOD})")


@value
class Spot:
    """A time of day: one, or the two it may be; `late` is midnight at the day's end."""

    choices: tuple[time, ...]
    late: bool = False


def read(text: str) -> Spot | None:
    """Return the time of day that a whole text means, None when it means none; nothing means nothing."""
    found = _HOUR.fullmatch(text)
    if found is None:
        alone = _ALONE.fullmatch(text)
        default = PERIODS.get(alone[1]) if alone else None
        return Spot((default,)) if default is not None else None
    period, colon_hour, colon_minute, hour, quarter, minute = found.groups()
    hours = int(colon_hour or hour)
    minutes = int(colon_minute) if colon_minute else int(minute) if minute else _QUARTERS[quarter or ""]
    if hours > 24 or minutes > 59 or (hours == 24 and minutes):
        return None
    exact = bool(colon_hour) and colon_hour.startswith("0")
    return _spot(period or "", hours, minutes, exact=exact)


def _spot(period: str, hours: int, minutes: int, *, exact: bool) -> Spot | None:
    if hours == 24:
        return Spot((time(0, 0),), late=True) if period in EVENING | NIGHT | {""} else None
    return _of(period, hours, minutes) if period else _bare(hours, minutes, exact=exact)


def _of(period: str, hours: int, minutes: int) -> Spot | None:
    """Return an hour of a part of the day."""
    if period in MORNING:
        return _in_the_morning(period, hours, minutes)
    if period in NOON:
        return _one(hours + 12 if hours in {1, 2} else hours, minutes, 11, 14)
    if period == "下午":
        return _one(hours + 12 if hours < 12 else hours, minutes, 12, 19)
    if period in EVENING:
        if hours in {12, 0}:
            return Spot((time(0, minutes),), late=True) if not minutes else None
        return _one(hours + 12 if hours < 12 else hours, minutes, 17, 23)
    # 夜里1点 may be the night before or after: nobody can tell.
    return _one(hours + 12 if 9 <= hours < 12 else hours, minutes, 21, 23)


def _bare(hours: int, minutes: int, *, exact: bool) -> Spot:
    """Return an hour without its part of the day: 3点 may be in the night or in the afternoon."""
    if 1 <= hours <= 6 and not exact:
        return Spot((time(hours, minutes), time(hours + 12, minutes)))
    return Spot((time(hours, minutes),))


def _in_the_morning(period: str, hours: int, minutes: int) -> Spot | None:
    if period == "凌晨":
        return _one(0 if hours == 12 else hours, minutes, 0, 6)
    if period == "上午":
        return _one(hours, minutes, 6, 12)
    return _one(hours, minutes, 4, 11)


def _one(hours: int, minutes: int, first: int, last: int) -> Spot | None:
    return Spot((time(hours, minutes),)) if first <= hours <= last else None
