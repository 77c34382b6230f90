"""At most so many tries in a while, by whoever tries."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta


class Throttle:
    """Remembers tries by name; the longest silent names are forgotten first."""

    def __init__(self, most: int, within: timedelta, names: int = 4096) -> None:
        """Allow `most` tries of one name within a while; remember `names` names."""
        self._most = most
        self._within = within
        self._names = names
        self._tries: OrderedDict[str, deque[datetime]] = OrderedDict()

    def full(self, name: str, now: datetime) -> bool:
        """Return whether this name has used up its tries."""
        tries = self._tries.get(name)
        return tries is not None and len(tries) == self._most and now - tries[0] < self._within

    def note(self, name: str, now: datetime) -> None:
        """Count one try."""
        tries = self._tries.setdefault(name, deque(maxlen=self._most))
        tries.append(now)
        self._tries.move_to_end(name)
        if len(self._tries) > self._names:
            self._tries.popitem(last=False)
