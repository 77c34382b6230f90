"""Intervals for shares, their differences, and means.

Wilson (1927) for one share, Newcombe's method 10 (1998) for the difference of two: both keep their promise at
small counts and shares near nothing, where the textbook interval does not.
"""

from math import sqrt
from statistics import NormalDist

from bot.domain.value import value

_NORMAL = NormalDist()


@value
class Interval:
    """An estimate with its lower and upper bound."""

    estimate: float
    low: float
    high: float


@value
class Spread:
    """Amounts as a mean needs them: how many, their sum and the sum of their squares."""

    count: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        """Return the mean, 0 of nothing."""
        return self.total / self.count if self.count else 0.0

    @property
    def variance_of_mean(self) -> float:
        """Return the squared standard error; infinite below two values."""
        if self.count < 2:
            return float("inf")
        spread = max(0.0, self.squares - self.total**2 / self.count) / (self.count - 1)
        return spread / self.count


def z_of(alpha: float) -> float:
    """Return how many standard errors leave `alpha` outside on both sides."""
    return _NORMAL.inv_cdf(1 - alpha / 2)


def wilson(hits: int, count: int, alpha: float = 0.05) -> Interval:
    """Return a share with its Wilson score interval; nothing known is 0 to 1."""
    if count == 0:
        return Interval(0.0, 0.0, 1.0)
    z, share = z_of(alpha), hits / count
    middle = share + z * z / (2 * count)
    reach = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    whole = 1 + z * z / count
    low = 0.0 if hits == 0 else (middle - reach) / whole
    high = 1.0 if hits == count else (middle + reach) / whole
    return Interval(share, low, high)


def newcombe(hits: int, count: int, base_hits: int, base_count: int, alpha: float = 0.05) -> Interval:
    """Return how much larger the first share is than the second, with Newcombe's hybrid score interval."""
    one, base = wilson(hits, count, alpha), wilson(base_hits, base_count, alpha)
    difference = one.estimate - base.estimate
    below = sqrt((one.estimate - one.low) ** 2 + (base.high - base.estimate) ** 2)
    above = sqrt((one.high - one.estimate) ** 2 + (base.estimate - base.low) ** 2)
    return Interval(difference, difference - below, difference + above)


def means_apart(one: Spread, base: Spread, alpha: float = 0.05) -> Interval:
    """Return how much larger the first mean is than the second, for counts where the normal law holds."""
    difference = one.mean - base.mean
    reach = z_of(alpha) * sqrt(one.variance_of_mean + base.variance_of_mean)
    return Interval(difference, difference - reach, difference + reach)


def promoter_score(promoters: int, detractors: int, count: int, alpha: float = 0.05) -> Interval:
    """Return the share of promoters less that of detractors, -1 to 1, with its adjusted Wald interval.

    Three answers are added in thought, 3/4 at either end and 3/2 between (Rocks, The American Statistician
    70, 2016): without them few answers of one mind would leave no interval at all. Nothing known is -1 to 1.
    """
    if count == 0:
        return Interval(0.0, -1.0, 1.0)
    whole = count + 3.0
    for_us, against = (promoters + 0.75) / whole, (detractors + 0.75) / whole
    middle = for_us - against
    reach = z_of(alpha) * sqrt((for_us + against - middle**2) / whole)
    return Interval((promoters - detractors) / count, max(-1.0, middle - reach), min(1.0, middle + reach))
