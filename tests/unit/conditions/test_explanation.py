"""A condition taken apart for one member."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given

from bot.domain.conditions import (
    AllOf,
    AnyOf,
    AttributeIs,
    Condition,
    Did,
    Not,
    Tagged,
)
from bot.domain.events import Scalar
from bot.domain.explanation import Clause, clauses, explain
from bot.domain.members import Member
from bot.domain.predicate import holds
from tests.condition_cases import NOW, contexts, members, trees

DAY = timedelta(days=1)
NOBODY = Member(id=1, known_since=NOW)


def who(*, did: str = "order.paid", ago: timedelta = timedelta()) -> Member:
    return NOBODY.did(did, NOW - ago)


def test_an_explanation_shows_each_leaf_with_the_members_own_value() -> None:
    tree = AllOf((Tagged("母婴"), Not(Did("order.paid", within=7 * DAY)), AttributeIs("city", "==", "杭州")))
    told = explain(tree, replace(who(ago=DAY), attributes={"city": "上海"}), NOW)
    assert (told.holds, [part.holds for part in told.parts]) == (False, [False, False, False])
    order = told.parts[1].parts[0]
    assert (order.holds, order.value, order.turns_at) == (
        True, (NOW - DAY).isoformat(), NOW + 6 * DAY,
    )  # fmt: skip
    assert told.parts[2].value == "上海"


@given(tree=trees, member=members(), context=contexts)
def test_an_explanation_agrees_with_the_predicate_in_every_node(
    tree: Condition, member: Member, context: dict[str, Scalar]
) -> None:
    def leaves(clause: Clause) -> list[Condition]:
        assert clause.holds is holds(clause.condition, member, NOW, context)
        if not clause.parts:
            return [] if isinstance(clause.condition, AllOf | AnyOf) else [clause.condition]
        return [leaf for part in clause.parts for leaf in leaves(part)]

    assert leaves(explain(tree, member, NOW, context)) == list(clauses(tree))
