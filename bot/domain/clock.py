"""The only place that reads time.

Everything else takes ``now`` (aware UTC) as an argument; the spine holds a `Clock`.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Gives the present moment."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock, anchored to the monotonic one.

    A wall clock stepped by hand or by NTP would refuse every fresh callback or open closed windows;
    so the start is read once and time advances with the monotonic clock. `drift` tells how far the
    wall clock has moved away since, which is an alarm, never a jump.
    """

    def __init__(self) -> None:
        """Anchor the clock at the present moment."""
        self._anchor = datetime.now(UTC)
        self._monotonic = time.monotonic()

    def now(self) -> datetime:
        """Return the anchored moment, aware, in UTC."""
        return self._anchor + timedelta(seconds=time.monotonic() - self._monotonic)

    def drift(self) -> timedelta:
        """Return wall clock minus anchored clock."""
        return datetime.now(UTC) - self.now()

    def adopt_wall_clock(self) -> None:
        """Re-anchor to the wall clock; for an operator who has looked at the drift alarm."""
        self._anchor = datetime.now(UTC)
        self._monotonic = time.monotonic()


def monotonic() -> float:
    """Return seconds for measuring durations and deadlines; never a date."""
    return time.monotonic()
