"""What one replicate counts, day by day."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.forecast.series import Series

# Seconds in which no zone's day begins but at their start.
QUARTER = 900


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
    quota_left: dict[str, int] = field(default_factory=dict)
    _first: date = field(init=False)
    _quarter: float = -1
    _day: int = 0

    def __post_init__(self) -> None:
        """Count days from the local day of the start."""
        self._first = self.start.astimezone(self.zone).date()

    def day(self, at: datetime) -> int:
        """Return the place of the local day a moment falls on."""
        quarter = at.timestamp() // QUARTER
        if quarter != self._quarter:  # a zone's calendar is slow, and most moments come in order
            gone = (at.astimezone(self.zone).date() - self._first).days
            self._quarter, self._day = quarter, min(max(gone, 0), self.length - 1)
        return self._day

    def days(self) -> list[date]:
        """Return the days counted."""
        return [self._first + timedelta(days=place) for place in range(self.length)]

    def result(self) -> "Result":
        """Return what was counted, without anybody's number."""
        return Result(
            counts=self.counts,
            wanted={program: len(members) for program, members in self.wanted.items()},
            reached={step: len(members) for step, members in self.reached.items()},
            capped=len(self.capped),
            crowded=[len(self.crowded.get(day, ())) for day in range(self.length)],
            dry=self.dry,
            stages=self.stages,
            used_up=self.used_up,
            quota_left=self.quota_left,
        )

    def note(self, what: str, who: str, detail: str, day: int, count: int = 1) -> None:
        """Count something."""
        series = (what, who, detail)
        counts = self.counts.get(series)
        if counts is None:
            counts = self.counts[series] = [0] * self.length
        counts[day] += count


@dataclass(frozen=True, slots=True)
class Result:
    """What one replicate came to.

    `wanted` and `reached` count members by program, `reached` by step as well (``rule:x/step``); `capped`
    those for whom a cap was ever in the way, `crowded` day by day; `dry` says when a batch ran out; `stages`
    where members stand at the end; `used_up` who has no sends of a route's quota left then, and
    `quota_left` how many sends the others have left together.
    """

    counts: Mapping[Series, Sequence[float]]
    wanted: Mapping[str, float]
    reached: Mapping[str, float]
    capped: float
    crowded: Sequence[float]
    dry: Mapping[str, datetime]
    stages: Mapping[str, float]
    used_up: Mapping[str, float]
    quota_left: Mapping[str, float]

    def times(self, scale: float) -> "Result":
        """Return what it comes to when each member stands for so many."""

        def more(counts: Mapping[str, float]) -> dict[str, float]:
            return {name: count * scale for name, count in counts.items()}

        return Result(
            {series: [day * scale for day in days] for series, days in self.counts.items()},
            more(self.wanted),
            more(self.reached),
            self.capped * scale,
            [day * scale for day in self.crowded],
            self.dry,
            more(self.stages),
            more(self.used_up),
            more(self.quota_left),
        )


def together(parts: Sequence[Result]) -> Result:
    """Return the result of all parts of the members; a batch runs out when the last part's share does."""
    counts: dict[Series, Sequence[float]] = {}
    for part in parts:
        for series, days in part.counts.items():
            known = counts.get(series)
            counts[series] = (
                days if known is None else [one + other for one, other in zip(known, days, strict=True)]
            )
    batches = {batch for part in parts for batch in part.dry}
    dry = {
        batch: max(part.dry[batch] for part in parts)
        for batch in batches
        if all(batch in part.dry for part in parts)
    }
    return Result(
        counts,
        _summed([part.wanted for part in parts]),
        _summed([part.reached for part in parts]),
        sum(part.capped for part in parts),
        [sum(day) for day in zip(*(part.crowded for part in parts), strict=True)],
        dry,
        _summed([part.stages for part in parts]),
        _summed([part.used_up for part in parts]),
        _summed([part.quota_left for part in parts]),
    )


def _summed(parts: Iterable[Mapping[str, float]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in parts:
        for name, count in part.items():
            found[name] = found.get(name, 0) + count
    return found
