"""What a forecast tells."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.forecast.series import SENT, Series
from bot.domain.programs import CAMPAIGN, RULE


@dataclass(frozen=True, slots=True)
class Estimate:
    """A total over all days with the interval it should lie in, and the mean day by day."""

    mean: float
    low: float
    high: float
    days: tuple[float, ...] = ()


NOTHING = Estimate(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Dryness:
    """How likely a batch runs out, when at the earliest, and when in the middle of those replicates."""

    share: float
    earliest: date | None = None
    middle: date | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would happen: `covers` is how often a future like these replicates lies within an interval."""

    now: datetime
    days: tuple[date, ...]
    members: int
    replicates: int
    covers: float
    series: Mapping[Series, Estimate]
    wanted: Mapping[str, Estimate]
    reached: Mapping[str, Estimate]
    unreached: Mapping[str, Estimate]
    capped: Estimate
    crowded: tuple[float, ...]
    dry: Mapping[str, Dryness]
    stages: Mapping[str, Estimate]
    used_up: Mapping[str, Estimate]
    quota_left: Mapping[str, Estimate]

    def of(self, what: str, who: str) -> dict[str, Estimate]:
        """Return everything of one kind that was counted of a program or a batch, by its detail."""
        return {series[2]: one for series, one in self.series.items() if series[:2] == (what, who)}

    def one(self, what: str, who: str, detail: str = "") -> Estimate:
        """Return one estimate, nothing at all for what never happened."""
        return self.series.get((what, who, detail), Estimate(0, 0, 0, (0.0,) * len(self.days)))

    def by_day(self, estimates: Iterable[Estimate]) -> list[float]:
        """Return the sum of several estimates, day by day."""
        total = [0.0] * len(self.days)
        for one in estimates:
            total = [sum(pair) for pair in zip(total, one.days, strict=True)]
        return total

    @property
    def sent_by_route(self) -> dict[str, list[float]]:
        """Return how many messages leave by each route, day by day."""
        found: dict[str, list[Estimate]] = {}
        for (what, _, detail), one in self.series.items():
            if what == SENT:
                found.setdefault(detail.rpartition("/")[2], []).append(one)
        return {route: self.by_day(estimates) for route, estimates in found.items()}

    @property
    def programs(self) -> tuple[str, ...]:
        """Return the rules and campaigns that anything happens to, as ``rule:x`` or ``campaign:y``."""
        known = {who for _, who, _ in self.series if who.startswith((RULE, CAMPAIGN))}
        return tuple(sorted(known))


@dataclass(frozen=True, slots=True)
class Change:
    """One thing changed: at which step of which rule, what (`wait`, `mass`, `keyword`), by which route."""

    rule: str
    step: str
    what: str
    route: str = ""
    keyword: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """What a change would do: how many members its step reaches now, and how many then."""

    change: Change
    before: float
    after: float

    @property
    def more(self) -> float:
        """Return how much more is reached, as a share of what is reached now; infinite from nothing."""
        return (self.after - self.before) / self.before if self.before else float("inf")


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch of coupons now: title, how many are left, budget (0: none) and cost so far, in 分."""

    title: str
    left: int
    budget: int
    spent: int


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the send calendar: whether it is worked, its festivals, and what fires on it, by name."""

    day: date
    working: bool
    shifted: bool
    feasts: tuple[str, ...]
    firing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Foretold:
    """A forecast with what would change it, and what must be known beside it: batches, stages now, seed.

    `standing` counts members by stage now; `stopped` names the brake that is on, if any. `played` members
    stand for all of them.
    """

    forecast: Forecast
    advice: tuple[Advice, ...]
    batches: Mapping[str, Batch]
    standing: Mapping[str, int]
    seed: int
    took: float
    stopped: str = ""
    calendar: tuple[Day, ...] = ()
    played: int = 0
