"""Thompson sampling in batches: each arm gets new members by its chance of being the best."""

from collections.abc import Sequence
from math import exp, lgamma, log

POINTS = 4000


def chances_of_being_best(arms: Sequence[tuple[int, int]], floor: float = 0.05) -> tuple[float, ...]:
    """Return for each arm, given as (hits, count), how likely its share is the highest.

    By numbers over a fine grid of shares, so without a coin. No arm gets less than `floor`, so that one that
    began badly is still heard.
    """
    if len(arms) == 1:
        return (1.0,)
    densities = [_density(hits + 1, count - hits + 1) for hits, count in arms]
    below = [_running(density) for density in densities]
    found = []
    for place, density in enumerate(densities):
        won = 0.0
        for point, weight in enumerate(density):
            together = weight
            for other, under in enumerate(below):
                if other != place:
                    together *= under[point]
            won += together
        found.append(won)
    kept = [max(floor, one) for one in found]
    whole = sum(kept)
    return tuple(one / whole for one in kept)


def _density(hits: float, misses: float) -> list[float]:
    """Return a Beta density over the grid, its parts summing to one."""
    norm = lgamma(hits + misses) - lgamma(hits) - lgamma(misses)
    shares = ((point + 0.5) / POINTS for point in range(POINTS))
    raw = [exp(norm + (hits - 1) * log(x) + (misses - 1) * log(1 - x)) for x in shares]
    whole = sum(raw)
    return [one / whole for one in raw]


def _running(density: Sequence[float]) -> list[float]:
    """Return how much lies below each point, half of the point's own part included."""
    found, before = [], 0.0
    for one in density:
        found.append(before + one / 2)
        before += one
    return found
