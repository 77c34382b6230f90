"""The sandbox's clock, the only place here that may read the machine's own time."""

import re
from datetime import datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)([dhms])")


class Clock:
    """Real time until it is first set; frozen from then on, and moved only by :meth:`set`."""

    def __init__(self) -> None:
        self._frozen: datetime | None = None

    @property
    def frozen(self) -> bool:
        """Whether it has been set."""
        return self._frozen is not None

    def now(self) -> datetime:
        """The present, aware, at +08:00."""
        return self._frozen or datetime.now(SHANGHAI)

    def epoch(self) -> int:
        """The present in whole Unix seconds, as the platform stamps everything."""
        return int(self.now().timestamp())

    def set(self, moment: datetime) -> None:
        """Freeze at ``moment``. Only :meth:`release` lets real time back in."""
        self._frozen = moment.astimezone(SHANGHAI)

    def release(self) -> None:
        """Run with the machine's clock again."""
        self._frozen = None


def read_moment(text: str) -> datetime:
    """An ISO 8601 moment at +08:00 (which one without an offset is taken to mean); else ValueError."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=SHANGHAI) if moment.tzinfo is None else moment.astimezone(SHANGHAI)


def read_span(value: str | float) -> timedelta:
    """``"1d"``, ``"2h30m"``, ``"45s"`` or a number of seconds; ValueError if it is none of these."""
    if isinstance(value, int | float):
        span = timedelta(seconds=value)
    else:
        parts = _SPAN.findall(value.strip())
        if not parts or "".join(n + u for n, u in parts) != value.strip():
            raise ValueError(f"not a span of time: {value!r} (say 90s, 5m, 2h, 1d or 1d12h)")
        span = sum((timedelta(**{_UNITS[unit]: float(number)}) for number, unit in parts), timedelta())
    if span < timedelta():
        raise ValueError("time does not run backwards here")
    return span
