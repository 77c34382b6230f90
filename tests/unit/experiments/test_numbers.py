"""Intervals, p-values and sizes, held against statsmodels; looking daily names no false winners."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from bot.domain.experiments.intervals import Spread, means_apart, newcombe, wilson
from bot.domain.experiments.sequential import always_valid_p, needed
from bot.domain.experiments.thompson import chances_of_being_best

TESTS = 2000
LOOKS, STEP = 40, 100
counts = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
alphas = st.sampled_from([0.01, 0.05, 0.1])


@settings(max_examples=300, deadline=None)
@given(counts, alphas)
def test_one_share_has_the_wilson_interval(one: tuple[int, int], alpha: float) -> None:
    low, high = proportion_confint(*one, alpha=alpha, method="wilson")
    found = wilson(*one, alpha)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


@settings(max_examples=300, deadline=None)
@given(counts, counts, alphas)
def test_two_shares_differ_by_the_newcombe_interval(
    one: tuple[int, int], base: tuple[int, int], alpha: float
) -> None:
    low, high = confint_proportions_2indep(*one, *base, method="newcomb", compare="diff", alpha=alpha)
    found = newcombe(*one, *base, alpha)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 10**5), min_size=2, max_size=50), st.lists(st.integers(0, 10**5), min_size=2))
def test_two_means_differ_by_the_normal_interval(one: list[int], base: list[int]) -> None:
    expected = CompareMeans(DescrStatsW(one), DescrStatsW(base)).zconfint_diff(usevar="unequal")
    found = means_apart(_spread(one), _spread(base))
    assert (found.low, found.high) == pytest.approx(expected, rel=1e-6, abs=1e-3)


def _spread(amounts: list[int]) -> Spread:
    return Spread(len(amounts), sum(amounts), sum(each * each for each in amounts))


def _false_winners(share: float, test: str) -> float:
    """Return the part of A/A tests in which somebody who looks at every hundred sees a winner."""
    chance, wrong = random.Random(f"{share}"), 0
    for _ in range(TESTS):
        one = base = 0
        for look in range(1, LOOKS + 1):
            one += sum(chance.random() < share for _ in range(STEP))
            base += sum(chance.random() < share for _ in range(STEP))
            size = look * STEP
            interval = newcombe(one, size, base, size)
            seen = interval.low > 0 or interval.high < 0
            if always_valid_p(one, size, base, size) <= 0.05 if test == "sequential" else seen:
                wrong += 1
                break
    return wrong / TESTS


@pytest.mark.parametrize("share", [0.02, 0.1, 0.4])
def test_looking_forty_times_names_a_false_winner_in_at_most_a_twentieth(share: float) -> None:
    assert _false_winners(share, "sequential") <= 0.05


def test_a_test_that_is_not_made_for_looking_names_many() -> None:
    assert _false_winners(0.1, "fixed") > 0.15


def test_a_real_difference_is_found_within_the_number_that_was_told() -> None:
    chance, found = random.Random(5), 0
    size = needed(0.16, 0.10)
    for _ in range(300):
        one = sum(chance.random() < 0.16 for _ in range(size))
        base = sum(chance.random() < 0.10 for _ in range(size))
        found += always_valid_p(one, size, base, size) <= 0.05
    assert found / 300 >= 0.75


def test_a_smaller_difference_needs_more_members() -> None:
    sizes = [needed(0.1 + difference, 0.1) for difference in (0.05, 0.02, 0.01)]
    assert all(more > fewer for fewer, more in pairwise(sizes))
    with pytest.raises(ValueError, match="equal"):
        needed(0.1, 0.1)


def test_the_chance_of_being_best_agrees_with_sampling() -> None:
    arms = [(30, 300), (45, 300), (40, 300)]
    chance = random.Random(3)
    wins = [0, 0, 0]
    for _ in range(20_000):
        drawn = [chance.betavariate(hits + 1, count - hits + 1) for hits, count in arms]
        wins[drawn.index(max(drawn))] += 1
    found = chances_of_being_best(arms, floor=0.0)
    assert found == pytest.approx([win / 20_000 for win in wins], abs=0.015)
    assert sum(found) == pytest.approx(1)
    assert min(chances_of_being_best([(0, 1000), (500, 1000)])) > 0.04
