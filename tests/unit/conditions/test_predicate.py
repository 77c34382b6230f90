"""What each leaf means where it could be read in two ways."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.conditions import (
    AllOf,
    Comparison,
    CouponIs,
    Did,
    EventIs,
    InSegment,
    KnownFor,
    Not,
    RfmIs,
    Tagged,
)
from bot.domain.counting import presence
from bot.domain.events import OWN_ACTS, Scalar
from bot.domain.explanation import kinds_needed
from bot.domain.members import Holding, Member, Rfm, Tag
from bot.domain.predicate import holds
from bot.domain.scalars import compare
from tests.condition_cases import NOW, TICK

DAY = timedelta(days=1)
NOBODY = Member(id=1, known_since=NOW)


def who(*, did: str = "order.paid", ago: timedelta = timedelta()) -> Member:
    return NOBODY.did(did, NOW - ago)


def test_an_event_exactly_the_window_ago_no_longer_counts() -> None:
    week = Did("order.paid", within=7 * DAY)
    assert holds(week, who(ago=7 * DAY - TICK), NOW)
    assert not holds(week, who(ago=7 * DAY), NOW)


def test_counting_within_a_window_uses_the_single_moments() -> None:
    thrice = Did("order.paid", Comparison(">=", 3), 7 * DAY)
    member = replace(NOBODY, moments={"order.paid": ()})
    for days in (1, 2, 8):
        member = member.did("order.paid", NOW - days * DAY)
    assert not holds(thrice, member, NOW)
    assert holds(thrice, member.did("order.paid", NOW), NOW)


def test_moments_that_were_not_loaded_are_an_error_only_where_the_numbers_do_not_settle_it() -> None:
    twice = Did("order.paid", Comparison(">=", 2), 7 * DAY)
    assert not holds(twice, who(ago=8 * DAY), NOW)
    assert holds(twice, who(ago=DAY).did("order.paid", NOW), NOW)
    with pytest.raises(LookupError, match=r"order\.paid"):
        holds(twice, who(ago=8 * DAY).did("order.paid", NOW), NOW)


def test_any_means_what_the_member_did_by_their_own_will() -> None:
    active = Did("any", within=30 * DAY)
    assert holds(active, who(did="member.message"), NOW)
    assert not holds(active, who(did="coupon.issued"), NOW)
    assert holds(Did("any", Comparison(">=", 2)), who().did("member.scanned", NOW), NOW)


def test_a_tag_is_gone_at_its_very_moment_of_expiry() -> None:
    member = replace(NOBODY, tags={"母婴": Tag("母婴", "keyword", NOW, NOW + DAY)})
    assert holds(Tagged("母婴"), member, NOW + DAY - TICK)
    assert not holds(Tagged("母婴"), member, NOW + DAY)


def test_an_issued_coupon_past_its_time_is_expired_before_anybody_swept_it() -> None:
    member = replace(NOBODY, holdings={"new10": Holding("new10", "issued", NOW, NOW + DAY)})
    assert holds(CouponIs("new10", "issued"), member, NOW)
    assert holds(CouponIs("new10", "expired"), member, NOW + DAY)
    assert not holds(CouponIs("new10", "issued"), member, NOW + DAY)


def test_without_scores_every_comparison_is_false_and_its_negation_true() -> None:
    poor = RfmIs(monetary=Comparison("<", 3))
    assert not holds(poor, NOBODY, NOW)
    assert holds(Not(poor), NOBODY, NOW)
    assert holds(poor, replace(NOBODY, rfm=Rfm(5, 5, 2)), NOW)


def test_known_for_is_exact_to_the_microsecond() -> None:
    month = KnownFor(Comparison(">=", (30 * DAY).total_seconds()))
    assert not holds(month, NOBODY, NOW + 30 * DAY - TICK)
    assert holds(month, NOBODY, NOW + 30 * DAY)


@pytest.mark.parametrize(
    ("left", "relation", "right", "answer"),
    [
        (True, "==", 1, False),
        (1, "==", 1.0, True),
        ("1", "==", 1, False),
        ("1", "!=", 1, True),
        (None, "==", None, True),
        (None, "!=", "杭州", True),
        (None, "<", 1, False),
        (None, ">=", None, False),
        (True, ">=", False, False),
        ("Z", "<", "a", True),
        ("杭州", "==", "杭州", True),
    ],
)
def test_values_of_different_kinds_are_unequal_and_in_no_order(
    left: Scalar, relation: str, right: Scalar, answer: bool
) -> None:
    assert compare(left, relation, right) is answer  # type: ignore[arg-type]  # parametrized as plain text


def test_a_property_of_the_entry_event_is_read_from_the_context() -> None:
    settled = EventIs("order_settled", "==", True)
    assert holds(settled, NOBODY, NOW, {"order_settled": True})
    assert not holds(settled, NOBODY, NOW, {"order_settled": 1})
    assert not holds(settled, NOBODY, NOW)


@pytest.mark.parametrize(
    ("relation", "value", "asks"),
    [
        (">=", 1, True), (">", 0, True), ("!=", 0, True), (">=", 0.5, True),
        ("==", 0, False), ("<", 1, False), ("<=", 0, False),
        (">=", 2, None), (">=", 0, None), ("==", 1, None), ("<", 2, None), ("!=", 1, None),
    ],
)  # fmt: skip
def test_a_count_that_only_asks_for_presence_is_recognised(
    relation: str, value: float, asks: bool | None
) -> None:
    comparison = Comparison(relation, value)  # type: ignore[arg-type]  # parametrized as plain text
    assert presence(comparison) is asks
    if asks is not None:
        assert all(comparison.holds(count) is (asks is (count > 0)) for count in range(50))


def test_only_counts_within_a_window_need_moments() -> None:
    tree = AllOf((
        Did("order.paid", within=90 * DAY),
        Did("member.message", Comparison(">=", 3)),
        InSegment("常客", Not(Did("order.paid", Comparison(">=", 3), 180 * DAY))),
    ))  # fmt: skip
    assert kinds_needed(tree) == (frozenset({"order.paid"}), 180 * DAY)
    assert kinds_needed(Did("any", Comparison(">=", 2), DAY)) == (OWN_ACTS, DAY)
    assert kinds_needed(Did("order.paid")) == (frozenset(), timedelta())
