"""What one replicate counts, day by day."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.forecast.series import Series


@dataclass(slots=True)
class Census:
    """Counts by series and day, and who was wanted, reached and capped, by program."""

    start: datetime
    length: int
    zone: ZoneInfo
    counts: dict[Series, list[int]] = field(default_factory=dict)
    wanted: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    reached: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    capped: set[int] = field(default_factory=set)
    crowded: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    dry: dict[str, datetime] = field(default_factory=dict)
    stages: dict[str, int] = field(default_factory=dict)
    used_up: dict[str, int] = field(default_factory=dict)
    _first: date = field(init=False)

    def __post_init__(self) -> None:
        """Count days from the local day of the start."""
        self._first = self.start.astimezone(self.zone).date()

    def day(self, at: datetime) -> int:
        """Return the place of the local day a moment falls on."""
        # Most moments are asked in order, and a zone's calendar is slow.
        return min(max((at.astimezone(self.zone).date() - self._first).days, 0), self.length - 1)

    def days(self) -> list[date]:
        """Return the days counted."""
        return [self._first + timedelta(days=place) for place in range(self.length)]

    def note(self, what: str, who: str, detail: str, day: int, count: int = 1) -> None:
        """Count something."""
        series = (what, who, detail)
        counts = self.counts.get(series)
        if counts is None:
            counts = self.counts[series] = [0] * self.length
        counts[day] += count
