"""How single values are written in the file: spans of time, rates, quotas, money, shares, times of day.

Each function takes what stands in the file and returns the value, or raises ValueError whose message
says how to write it. Nothing here knows where the value stands.
"""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.delivery.routes import Rate

UNITS = {
    "y": timedelta(days=365),
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}
LONGEST = timedelta(days=36_525)
MOST_MONEY = 10**13
_DURATION = re.compile(r"(?:[0-9]{1,9}[ywdhms])+", re.ASCII)
_PART = re.compile(r"([0-9]{1,9})([ywdhms])", re.ASCII)
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)%", re.ASCII)
_QUOTA = re.compile(r"([0-9]{1,9})/([0-9a-z]+)", re.ASCII)


def duration(text: object) -> timedelta:
    """Return the span of ``30d``, ``20h``, ``1m`` (a minute), ``2w``, ``3y`` or ``1d12h``; never zero."""
    if not isinstance(text, str) or not _DURATION.fullmatch(text):
        raise ValueError("write a span of time such as 50s, 1m, 20h, 30d or 2w")
    span = timedelta()
    for number, unit in _PART.findall(text):
        if int(number) > LONGEST / UNITS[unit]:
            raise ValueError("no span is longer than 100 years")
        span += int(number) * UNITS[unit]
    if span > LONGEST:
        raise ValueError("no span is longer than 100 years")
    if not span:
        raise ValueError("a span of time must be longer than zero")
    return span


def offset(text: object) -> timedelta:
    """Return a span before (``-3d``) or after (``3d``) a moment; ``0d`` is the moment itself."""
    if isinstance(text, str) and re.fullmatch(r"[+-]?0[ywdhms]", text, re.ASCII):
        return timedelta()
    if isinstance(text, str) and text[:1] in {"-", "+"}:
        span = duration(text[1:])
        return -span if text[0] == "-" else span
    return duration(text)


def rate(text: object) -> Rate:
    """Return the rate of ``50/s`` or ``600/m``."""
    found = re.fullmatch(r"([0-9]{1,6})/([smh])", text, re.ASCII) if isinstance(text, str) else None
    if found is None or int(found[1]) == 0:
        raise ValueError("write a rate such as 50/s or 600/m")
    return Rate(int(found[1]), UNITS[found[2]])


def quota(value: object) -> tuple[int, timedelta | None]:
    """Return (number, span) of ``20/365d``; a bare number counts for ever (span None)."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**9:
        return value, None
    found = _QUOTA.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found[1]) == 0:
        raise ValueError("write how many, or how many per span: 1 or 3/1d")
    return int(found[1]), duration(found[2])


def money(value: object) -> int:
    """Return minor units (分) of an amount in yuan: 10 is 1000, 9.9 is 990."""
    try:
        cents = Decimal("" if isinstance(value, bool) else str(value)) * 100
    except InvalidOperation:
        raise ValueError("write an amount in yuan such as 10 or 9.9") from None
    if not cents.is_finite() or cents < 0 or cents > MOST_MONEY:
        raise ValueError("an amount lies between 0 and 100 billion yuan")
    if cents != cents.to_integral_value():
        raise ValueError("an amount has at most two decimals")
    return int(cents)


def share(value: object) -> float:
    """Return the share, 0 to 1, of ``20%``."""
    found = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if found is None or float(found[1]) > 100:
        raise ValueError("write a percentage from 0% to 100%")
    return float(found[1]) / 100


def time_of_day(text: object) -> time:
    """Return the time of ``"21:30"``."""
    found = _CLOCK.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError('write a time of day in quotes, such as "21:30"')
    return time(int(found[1]), int(found[2]))


def hours(text: object) -> tuple[time, time]:
    """Return opening and closing time of ``"09:00-21:00"``."""
    if not isinstance(text, str) or text.count("-") != 1:
        raise ValueError('write opening hours such as "09:00-21:00"')
    opens, closes = (time_of_day(part) for part in text.split("-"))
    if opens == closes:
        raise ValueError("opening and closing time are the same")
    return opens, closes


def zone(text: object) -> ZoneInfo:
    """Return the time zone of ``Asia/Shanghai``."""
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*", text, re.ASCII):
        raise ValueError("write a time zone such as Asia/Shanghai")
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f'no time zone "{text}"; write one such as Asia/Shanghai') from None


def moment(text: object) -> datetime | date:
    """Return the aware moment, or the day, of ``"2026-12-12T12:00:00+08:00"`` or ``"2026-12-01"``."""
    if isinstance(text, str):
        try:
            if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
                return date.fromisoformat(text)
            at = datetime.fromisoformat(text)
        except ValueError:
            at = None
        if at is not None and at.tzinfo is not None:
            return at
    raise ValueError('write a day "2026-12-01" or a moment with its zone "2026-12-12T12:00:00+08:00"')


def day(text: object) -> date:
    """Return the day of ``"2026-12-01"``."""
    found = moment(text) if isinstance(text, str) and len(text) == 10 else None
    if found is None:
        raise ValueError('write a day in quotes: "2026-12-01"')
    return found


def size(text: object) -> int:
    """Return bytes of ``64KB``, ``10MB`` or ``1GB``, in powers of 1024."""
    found = re.fullmatch(r"([0-9]{1,6})(KB|MB|GB)", text, re.ASCII) if isinstance(text, str) else None
    if found is None or int(found[1]) == 0:
        raise ValueError("write a size such as 64KB, 10MB or 1GB")
    return int(found[1]) * {"KB": 1024, "MB": 1024**2, "GB": 1024**3}[found[2]]
