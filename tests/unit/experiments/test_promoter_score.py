"""The interval of a net promoter score keeps its promise, at few answers too."""

import random

import pytest

from bot.domain.experiments.intervals import promoter_score

TURNS = 4000


@pytest.mark.parametrize(
    ("count", "shares"), [(10, (0.5, 0.2)), (30, (0.7, 0.05)), (200, (0.3, 0.3)), (15, (0.9, 0.0))]
)
def test_nineteen_of_twenty_intervals_hold_the_truth(count: int, shares: tuple[float, float]) -> None:
    rng, (for_us, against) = random.Random(count), shares
    held = 0
    for _ in range(TURNS):
        drawn = rng.choices((1, -1, 0), (for_us, against, 1 - for_us - against), k=count)
        found = promoter_score(drawn.count(1), drawn.count(-1), count)
        held += found.low <= for_us - against <= found.high
    assert 0.93 <= held / TURNS <= 1.0


def test_few_of_one_mind_do_not_make_a_certainty() -> None:
    found = promoter_score(3, 0, 3)
    assert found.estimate == 1.0
    assert found.low < 0.9
    assert (promoter_score(0, 0, 0).low, promoter_score(0, 0, 0).high) == (-1.0, 1.0)
