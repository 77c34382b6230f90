"""What may be said of an experiment by now, and what may not."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import combinations

from bot.domain.experiments.intervals import Interval, Spread, means_apart, newcombe, wilson
from bot.domain.experiments.sequential import always_valid_mean_p, always_valid_p, needed
from bot.domain.value import value

# Where the arms seem equal, the number is given for telling this part of the rate apart.
NOTICEABLE = 0.1
GOAL, VALUE = "goal", "value"


@value
class ArmCount:
    """What is counted of one arm: members assigned, of those with the goal's time over, who reached it.

    `spread` are the amounts of the latter two, minor units, nothing for who did not.
    """

    name: str
    assigned: int
    matured: int
    reached: int
    spread: Spread
    first_at: datetime | None = None


@value
class Terms:
    """When and how an experiment may be decided; see `experiment.decide` in the configuration."""

    metric: str = GOAL
    alpha: float = 0.05
    min_per_arm: int = 100
    after: timedelta = timedelta()
    automatic: bool = False
    thompson: bool = False

    def worth(self, arm: ArmCount) -> float:
        """Return what arms are ranked by: their share, or their mean amount."""
        return arm.spread.mean if self.metric == VALUE else _share(arm)


class Verdict(StrEnum):
    """The short reading."""

    TOO_EARLY = "too_early"  # below min_per_arm, or before `after`
    UNDECIDED = "undecided"  # no arm is surely better yet
    WINNER = "winner"


@value
class Versus:
    """Two arms compared: the difference of their shares and of their mean amounts, and the p-value.

    All of them are corrected for how many pairs are compared.
    """

    better: str
    base: str
    share: Interval
    amount: Interval
    p: float


@value
class Reading:
    """An experiment read: each arm's share, every pair, the verdict, and how many members more it needs."""

    arms: tuple[tuple[ArmCount, Interval], ...]
    pairs: tuple[Versus, ...]
    verdict: Verdict
    winner: str = ""
    needs: int = 0


def read(arms: Sequence[ArmCount], terms: Terms, now: datetime) -> Reading:
    """Return what may be said; looking often does no harm."""
    shown = tuple((arm, wilson(arm.reached, arm.matured, terms.alpha)) for arm in arms)
    if len(arms) < 2:
        return Reading(shown, (), Verdict.TOO_EARLY)
    many = len(arms) * (len(arms) - 1) // 2
    pairs = tuple(_versus(*_ordered(one, other, terms), terms, many) for one, other in combinations(arms, 2))
    needs = _needs(arms, terms)
    if _too_early(arms, terms, now):
        return Reading(shown, pairs, Verdict.TOO_EARLY, needs=needs)
    best = max(arms, key=terms.worth)
    mine = [pair for pair in pairs if best.name == pair.better]
    if len(mine) == len(arms) - 1 and all(pair.p <= terms.alpha for pair in mine):
        return Reading(shown, pairs, Verdict.WINNER, best.name)
    return Reading(shown, pairs, Verdict.UNDECIDED, needs=needs)


def _too_early(arms: Sequence[ArmCount], terms: Terms, now: datetime) -> bool:
    began = min((arm.first_at for arm in arms if arm.first_at is not None), default=now)
    return min(arm.matured for arm in arms) < terms.min_per_arm or now - began < terms.after


def _versus(better: ArmCount, base: ArmCount, terms: Terms, many: int) -> Versus:
    counts = (better.reached, better.matured, base.reached, base.matured)
    by_value = terms.metric == VALUE
    p = always_valid_mean_p(better.spread, base.spread) if by_value else always_valid_p(*counts)
    return Versus(
        better.name,
        base.name,
        newcombe(*counts, terms.alpha / many),
        means_apart(better.spread, base.spread, terms.alpha / many),
        min(1.0, p * many),
    )


def _ordered(one: ArmCount, other: ArmCount, terms: Terms) -> tuple[ArmCount, ArmCount]:
    return (one, other) if terms.worth(one) >= terms.worth(other) else (other, one)


def _share(arm: ArmCount) -> float:
    return arm.reached / arm.matured if arm.matured else 0.0


def _needs(arms: Sequence[ArmCount], terms: Terms) -> int:
    """Return how many members more, over all arms, would tell the best from the next."""
    ranked = sorted(arms, key=_share, reverse=True)
    best, following = _smoothed(ranked[0]), _smoothed(ranked[1])
    if best - following < NOTICEABLE * best:
        following = best * (1 - NOTICEABLE)
    many = len(arms) * (len(arms) - 1) // 2
    each = max(needed(best, following, terms.alpha / many), terms.min_per_arm)
    return sum(max(0, each - arm.matured) for arm in arms)


def _smoothed(arm: ArmCount) -> float:
    return (arm.reached + 1) / (arm.matured + 2)
