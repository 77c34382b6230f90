"""What is still to happen, in the order of time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from typing import Any

Act = Callable[..., None]
Entry = tuple[datetime, bool, int, Act, tuple[Any, ...]]
HOUR = timedelta(hours=1)


class Agenda:
    """Calls by moment; those of one moment come in the order they were put in, the `late` ones last.

    Each hour has a heap of its own, so that most of what is to happen lies still until its hour comes.
    """

    def __init__(self, now: datetime, until: datetime) -> None:
        """Take nothing that would happen at `until` or later."""
        self._start, self.until = now, until
        self._hours: list[list[Entry]] = [[] for _ in range((until - now) // HOUR + 1)]
        self._hour = 0
        self._number = 0

    def put(self, at: datetime, act: Act, *given: Any, late: bool = False) -> None:  # noqa: ANN401  whatever it takes
        """Let `act` be called with what is given at this moment."""
        if at >= self.until:
            return
        self._number += 1
        entry = (at, late, self._number, act, given)
        hour = max((at - self._start) // HOUR, self._hour)
        if hour == self._hour:
            heappush(self._hours[hour], entry)
        else:
            self._hours[hour].append(entry)

    def take(self) -> tuple[datetime, Act, tuple[Any, ...]] | None:
        """Return what happens next, None when nothing more does."""
        while not self._hours[self._hour]:
            self._hour += 1
            if self._hour == len(self._hours):
                self._hour -= 1
                return None
            heapify(self._hours[self._hour])
        at, _, _, act, given = heappop(self._hours[self._hour])
        return at, act, given
