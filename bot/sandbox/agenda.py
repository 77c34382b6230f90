"""What will happen at stated moments of virtual time."""

import heapq
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

Deed = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Entry:
    """A deed and its moment. Deeds of one instant with the same ``who`` keep their order."""

    at: datetime
    number: int
    who: str
    deed: Deed


class Agenda:
    """Entries by time, those of one instant in the order in which they were added."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Entry]] = []
        self._numbers = itertools.count()

    def add(self, at: datetime, who: str, deed: Deed) -> None:
        """Put ``deed`` at ``at``."""
        entry = Entry(at, next(self._numbers), who, deed)
        heapq.heappush(self._heap, (at, entry.number, entry))

    def next_at(self) -> datetime | None:
        """The moment of the first entry."""
        return self._heap[0][0] if self._heap else None

    def take_due(self, now: datetime) -> list[Entry]:
        """Remove and return what is due at ``now``, in order."""
        due: list[Entry] = []
        while self._heap and self._heap[0][0] <= now:
            due.append(heapq.heappop(self._heap)[2])
        return due

    def __len__(self) -> int:
        return len(self._heap)
