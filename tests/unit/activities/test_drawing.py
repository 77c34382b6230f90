"""Chance that can be recomputed: fair by a million draws, fixed by the seed, one prize for each who."""

from collections import Counter
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.activities.drawing import (
    WHOLE,
    Entry,
    billionths,
    commitment,
    digest_of,
    drawn_at_once,
    drawn_together,
)
from bot.domain.value import evolve

SEED = sha256(b"a seed of the test").digest()
CHANCES = {"coupon.a": 0.02, "points.50": 0.2, "points.5": 0.0001, "nothing": 0.7799}
MILLION = 1_000_000
# The 99.9th percentile of chi-square with three degrees of freedom.
BOUND = 16.27


def test_a_million_draws_are_as_fair_as_they_say() -> None:
    shares = billionths(CHANCES)
    found = Counter(drawn_at_once(SEED, "lottery", number, shares) for number in range(1, MILLION + 1))
    assert _chi_square(found) < BOUND


def test_a_draw_a_little_unfair_is_seen() -> None:
    """Otherwise the test above would show nothing: a tenth more coupons than said."""
    shares = billionths({**CHANCES, "coupon.a": 0.022, "nothing": 0.7779})
    found = Counter(drawn_at_once(SEED, "lottery", number, shares) for number in range(1, 200_001))
    assert _chi_square(found, 200_000) > BOUND


def _chi_square(found: Counter[str], draws: int = MILLION) -> float:
    return sum((found[prize] - chance * draws) ** 2 / (chance * draws) for prize, chance in CHANCES.items())


@given(st.dictionaries(st.text("abc", min_size=1), st.integers(1, 1000), min_size=1, max_size=8))
def test_chances_are_whole_billionths_that_add_up(weights: dict[str, int]) -> None:
    total = sum(weights.values())
    found = billionths({name: weight / total for name, weight in weights.items()})
    assert sum(found.values()) == WHOLE
    assert all(abs(found[name] / WHOLE - weight / total) < 1e-7 for name, weight in weights.items())


def test_the_first_prize_whose_running_sum_exceeds_the_mark_is_drawn() -> None:
    assert drawn_at_once(SEED, "x", 1, {"a": WHOLE}) == "a"
    assert drawn_at_once(SEED, "x", 1, {"a": 0, "b": WHOLE}) == "b"


def entries(count: int, people: int) -> list[Entry]:
    moment = "2026-12-01T00:00:{:02}+00:00"
    return [
        Entry(number, f"t{number}", f"w{number % people}", moment.format(number))
        for number in range(1, count + 1)
    ]


def test_a_draw_gives_each_prize_once_and_nobody_two() -> None:
    listed = entries(40, 9)
    found = drawn_together(SEED, "d", listed, {"first": 1, "second": 3})
    assert sorted(found.values()) == ["first", "second", "second", "second"]
    assert len({listed[number - 1].who for number in found}) == 4
    assert drawn_together(SEED, "d", listed, {"first": 1, "second": 3}) == found


def test_struck_entries_are_listed_and_win_nothing() -> None:
    listed = entries(9, 9)
    (won,) = drawn_together(SEED, "d", listed, {"first": 1})
    (instead,) = drawn_together(SEED, "d", listed, {"first": 1}, {won})
    assert instead != won
    assert drawn_together(SEED, "d", listed, {"first": 1}, range(1, 10)) == {}


def test_fewer_people_than_prizes_leave_prizes_over() -> None:
    assert len(drawn_together(SEED, "d", entries(40, 2), {"first": 5})) == 2


def test_one_entry_more_is_another_list() -> None:
    assert digest_of(entries(3, 2)) != digest_of(entries(4, 2))
    later = [*entries(2, 2), evolve(entries(3, 2)[2], at="2026-12-01T00:00:04+00:00")]
    assert digest_of(entries(3, 2)) != digest_of(later)
    assert commitment(SEED) == sha256(SEED).hexdigest()


def test_everybody_wins_alike() -> None:
    """Over many lists the first prize goes to each of ten as often."""
    found: Counter[str] = Counter()
    for turn in range(4000):
        listed = [Entry(number, f"{turn}/{number}", f"w{number}", "") for number in range(1, 11)]
        (won,) = drawn_together(SEED, "d", listed, {"first": 1})
        found[listed[won - 1].who] += 1
    # The 99.9th percentile with nine degrees of freedom.
    assert sum((count - 400) ** 2 / 400 for count in found.values()) < 27.88
