"""What is still to happen, in the order of time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Any

Act = Callable[..., None]
# When in microseconds, with a bit for those that come late; its number; when, what, with what.
Entry = tuple[int, int, datetime, Act, tuple[Any, ...]]
HOUR = timedelta(hours=1)
INSTANT = timedelta(microseconds=1)


class Agenda:
    """Calls by moment; those of one moment come in the order they were put in, the `late` ones last.

    What is known of an hour when it comes is sorted once; only what is added while it lasts needs a heap.
    """

    def __init__(self, now: datetime, until: datetime) -> None:
        """Take nothing that would happen at `until` or later."""
        self._start, self.until = now, until
        self._hours: list[list[Entry]] = [[] for _ in range((until - now) // HOUR + 1)]
        self._hour = 0
        self._number = 0
        self._added: list[Entry] = []

    def put(self, at: datetime, act: Act, *given: Any, late: bool = False) -> None:  # noqa: ANN401  whatever it takes
        """Let `act` be called with what is given at this moment."""
        if at >= self.until:
            return
        self._number += 1
        since = at - self._start
        entry = ((since // INSTANT << 1) | late, self._number, at, act, given)
        hour = since // HOUR
        if hour <= self._hour:
            heappush(self._added, entry)
        else:
            self._hours[hour].append(entry)

    def take(self) -> tuple[datetime, Act, tuple[Any, ...]] | None:
        """Return what happens next, None when nothing more does."""
        while not (known := self._hours[self._hour]) and not self._added:
            if self._hour + 1 == len(self._hours):
                return None
            self._hour += 1
            self._hours[self._hour].sort(reverse=True)
        added = self._added
        entry = known.pop() if known and (not added or known[-1] < added[0]) else heappop(added)
        return entry[2], entry[3], entry[4]
