"""An order is credited once, however it is divided."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.attribution import BY_ITSELF, Credit, Earned, Order, Touch, credited

NOW = datetime(2026, 12, 1, tzinfo=UTC)
DAY = timedelta(days=1)
TOUCHES = [
    Touch(NOW - 9 * DAY, "old"),
    Touch(NOW - 5 * DAY, "a"),
    Touch(NOW - DAY, "b"),
    Touch(NOW + DAY, "late"),
]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (Credit.LAST, {"b": Earned(1, 900)}),
        (Credit.FIRST, {"a": Earned(1, 900)}),
        (Credit.EQUAL, {"a": Earned(0.5, 450), "b": Earned(0.5, 450)}),
    ],
)
def test_an_order_goes_to_the_messages_before_it(by: Credit, expected: dict[str, Earned]) -> None:
    assert credited([([Order(NOW, 900)], TOUCHES)], 7 * DAY, by) == expected


def test_an_order_that_no_message_came_before_came_by_itself() -> None:
    assert credited([([Order(NOW - 30 * DAY, 900)], TOUCHES)], 7 * DAY, Credit.LAST) == {
        BY_ITSELF: Earned(1, 900)
    }


moments = st.integers(0, 60).map(lambda days: NOW + days * DAY)
orders = st.lists(st.builds(Order, moments, st.integers(0, 10**6)), max_size=6)
touches = st.lists(st.builds(Touch, moments, st.sampled_from(["a", "b", "c"])), max_size=8)


@given(st.lists(st.tuples(orders, touches), max_size=6), st.integers(1, 30), st.sampled_from(list(Credit)))
def test_the_parts_sum_to_the_whole(
    members: list[tuple[list[Order], list[Touch]]], days: int, by: Credit
) -> None:
    found = credited(members, days * DAY, by)
    everything = [order for mine, _ in members for order in mine]
    assert sum(one.orders for one in found.values()) == pytest.approx(len(everything))
    assert sum(one.amount for one in found.values()) == pytest.approx(
        sum(order.amount for order in everything)
    )
