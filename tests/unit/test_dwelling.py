"""How long a stage lasts: who is still in it counts too."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.dwelling import Stay, dwellings

DAY = timedelta(days=1)


def stays(*days: tuple[int, bool]) -> list[Stay]:
    return [Stay("new", length * DAY, ended) for length, ended in days]


def test_with_nobody_left_inside_it_is_the_plain_median() -> None:
    (one,) = dwellings(stays((1, True), (2, True), (3, True), (9, True)))
    assert (one.stays, one.left, one.median) == (4, 4, 2 * DAY)


def test_who_is_still_inside_makes_it_longer_than_who_left_alone_would() -> None:
    # By hand: of 5 stay 4/5 after day 1; one is seen no longer; 2/3 of that after day 3; 1/2 after day 7.
    (one,) = dwellings(stays((1, True), (2, False), (3, True), (7, True), (20, False)))
    assert one.median == 7 * DAY


def test_a_stage_that_most_never_leave_has_no_median() -> None:
    (one,) = dwellings(stays((1, True), (30, False), (30, False), (30, False)))
    assert (one.median, one.left) == (None, 1)


@given(st.lists(st.tuples(st.integers(0, 400), st.booleans()), min_size=1, max_size=60))
def test_it_agrees_with_the_textbook(days: list[tuple[int, bool]]) -> None:
    from statsmodels.duration.survfunc import SurvfuncRight

    (one,) = dwellings(stays(*days))
    if not any(ended for _, ended in days):
        assert one.median is None
        return
    curve = SurvfuncRight([length for length, _ in days], [int(ended) for _, ended in days])
    below = [
        time for time, share in zip(curve.surv_times, curve.surv_prob, strict=True) if share <= 0.5 + 1e-9
    ]
    assert one.median == (min(below) * DAY if below else None)
