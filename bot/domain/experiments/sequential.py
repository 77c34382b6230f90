"""A test that may be looked at every day: its p-value holds whenever one stops.

Robbins' mixture of likelihood ratios (1970), as used for online experiments by Johari, Koomen, Pekelis and
Walsh (2017): under no difference the ratio is a martingale, so by Ville's inequality it ever exceeds 1/alpha
with a chance of at most alpha, however often somebody looks. A fixed test looked at daily would name a false
winner several times as often.
"""

from math import exp, log, sqrt
from statistics import NormalDist

from bot.domain.experiments.intervals import Spread

# The spread of differences the test is tuned for, as a share of all: three of a hundred. It must not hang on
# what was seen; another value only makes the test slower, never wrong.
TUNED_FOR = 0.03
# For means: a tenth of the amounts' spread.
TUNED_FOR_MEANS = 0.1
_NORMAL = NormalDist()
_HIGHEST = 700.0


def always_valid_p(hits: int, count: int, base_hits: int, base_count: int) -> float:
    """Return the p-value of two shares being the same, valid at any moment of looking."""
    if count == 0 or base_count == 0:
        return 1.0
    # One of each kind is added: without it an arm where nothing happened yet would seem to be certain.
    pooled = (hits + base_hits + 1) / (count + base_count + 2)
    variance = pooled * (1 - pooled) * (1 / count + 1 / base_count)
    return _p_of(hits / count - base_hits / base_count, variance, TUNED_FOR**2)


def always_valid_mean_p(one: Spread, base: Spread) -> float:
    """Return the same of two means being the same, for counts where the normal law holds."""
    variance = one.variance_of_mean + base.variance_of_mean
    if not 0 < variance < float("inf"):
        return 1.0
    # The same tuning in units of the amounts' own spread, which many members tell well enough.
    own = variance / (1 / one.count + 1 / base.count)
    return _p_of(one.mean - base.mean, variance, own * TUNED_FOR_MEANS**2)


def _p_of(difference: float, variance: float, tuned: float) -> float:
    grown = difference**2 * tuned / (2 * variance * (variance + tuned))
    ratio = sqrt(variance / (variance + tuned)) * exp(min(grown, _HIGHEST))
    return min(1.0, 1 / ratio)


def needed(share: float, base: float, alpha: float = 0.05, power: float = 0.8) -> int:
    """Return how many members an arm needs for the test above to tell these two shares apart.

    Raises ValueError for two equal shares: no number tells them apart.
    """
    if share == base:
        raise ValueError("equal shares cannot be told apart")
    high = 2
    while not _suffices(high, share, base, alpha, power):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _suffices(middle, share, base, alpha, power) else (middle, high)
    return high


def _suffices(count: int, share: float, base: float, alpha: float, power: float) -> bool:
    """Return whether arms of this size show the difference with this power."""
    middle = (share + base) / 2
    variance = 2 * middle * (1 - middle) / count
    tuned = TUNED_FOR**2
    # The least difference whose ratio reaches 1/alpha: `always_valid_p` turned round.
    wanted = log(sqrt((variance + tuned) / variance) / alpha)
    least = sqrt(2 * variance * (variance + tuned) / tuned * wanted)
    spread = sqrt((share * (1 - share) + base * (1 - base)) / count)
    return abs(share - base) - _NORMAL.inv_cdf(power) * spread >= least
