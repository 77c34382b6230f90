"""What the tests put in the place of the world: a clock moved by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

# A Saturday, 10:00 in Shanghai: by day, and far from any month's end.
START = datetime(2026, 11, 14, 2, 0, tzinfo=UTC)


class ManualClock:
    """A clock which stands still until the test moves it."""

    def __init__(self, start: datetime = START) -> None:
        if start.utcoffset() is None:
            raise ValueError("a clock gives aware times")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(
        self,
        by: timedelta | None = None,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
    ) -> datetime:
        """Move by a duration (backwards too: wall clocks are stepped) and return the new moment."""
        self._now += (by or timedelta()) + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        return self._now

    def set(self, moment: datetime) -> datetime:
        """Jump to an aware moment and return it in UTC."""
        if moment.utcoffset() is None:
            raise ValueError("a clock gives aware times")
        self._now = moment.astimezone(UTC)
        return self._now
