"""Points lived through at random: each balance is the sum of its changes and never below zero."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, func, select, update

from bot.domain.activities import Points
from bot.domain.points import REFUND, Change, Changed
from storage import merge, point_expiry, points
from storage.database import Connection, Database
from storage.points import ACCOUNT, CHANGE
from storage.reports import audited
from tests.integration.play.test_party_machine import FINDING, QUICK
from tests.integration.play.test_points import LEVEL, MEMBER, START, TERMS

PEOPLE = (1, 2, 3)
WHO = st.sampled_from(PEOPLE)


def _furnish(c: Connection) -> None:
    for book in (CHANGE, ACCOUNT, LEVEL, MEMBER):
        c.execute(delete(book))
    rows = [{"id": who, "known_since": START, "attributes": {}, "provenance": {}} for who in PEOPLE]
    c.execute(MEMBER.insert(), rows)


class Purse(RuleBasedStateMachine):
    """Points come, are spent, are taken back, run out; two members turn out to be one."""

    database: Database
    change = staticmethod(points.change)

    def __init__(self) -> None:
        super().__init__()
        self.now, self.keys, self.alive = START, 0, set(PEOPLE)

    @initialize()
    def opens(self) -> None:
        self.database.transact(_furnish)

    @rule(who=WHO, amount=st.integers(1, 80))
    def earns(self, who: int, amount: int) -> None:
        self._move(who, amount, "check_in")

    @rule(who=WHO, amount=st.integers(1, 80), cause=st.sampled_from(["draw", REFUND]))
    def loses(self, who: int, amount: int, cause: str) -> None:
        self._move(who, -amount, cause)

    @rule(who=WHO, amount=st.integers(-80, 80))
    def says_it_twice(self, who: int, amount: int) -> None:
        if who in self.alive:
            key = self._key()
            first, again = (self._made(Change(key, who, amount, "draw")) for _ in range(2))
            assert again.repeated == (not first.reason)
            assert again.balance == first.balance

    @rule(days=st.integers(1, 25))
    def passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        self.database.transact(lambda c: point_expiry.expire(c, self.now, 10))

    @rule(one=WHO, other=WHO)
    def are_one(self, one: int, other: int) -> None:
        if one != other and {one, other} <= self.alive:
            self.database.transact(lambda c: merge.merge(c, one, [other], self.now))
            self.alive.discard(other)

    def _move(self, who: int, delta: int, cause: str) -> None:
        if who in self.alive:
            self._made(Change(self._key(), who, delta, cause))

    def _key(self) -> str:
        self.keys += 1
        return f"k{self.keys}"

    def _made(self, change: Change) -> Changed:
        made: Sequence[Changed] = self.database.transact(
            lambda c: type(self).change(c, [change], TERMS, self.now)
        )
        return made[0]

    @invariant()
    def balances(self) -> None:
        assert self.database.transact(audited).wrong == ()
        for who in self.alive:
            found = self.database.transact(partial(self._seen, who=who))
            assert found[0] == found[1] == found[2] >= 0, (who, found)

    def _seen(self, c: Connection, who: int) -> tuple[int, int, int]:
        """What a member has by their account, by the sum of changes, by what is not spent of each."""
        total = c.execute(select(func.coalesce(func.sum(CHANGE.c.delta), 0)).where(CHANGE.c.member_id == who))
        lots = [(amount, end) for amount, end in points.left(c, who) if end is None or end > self.now]
        return points.balance(c, who), int(total.scalar_one()), sum(amount for amount, _ in lots)


def _careless(c: Connection, changes: Sequence[Change], terms: Points, now: datetime) -> list[Changed]:
    """Spend without looking at what is there: the control that must fail."""
    found = points.change(c, changes, terms, now)
    for one, came in zip(changes, found, strict=True):
        if came.reason:
            mine = ACCOUNT.c.member_id == one.member_id
            c.execute(update(ACCOUNT).where(mine).values(balance=ACCOUNT.c.balance + one.delta))
    return found


def _as_machine(database: Database, **ways: object) -> type[Purse]:
    return type("Purse", (Purse,), {"database": database, **ways})


def test_no_order_of_events_unbalances_a_purse(database: Database) -> None:
    run_state_machine_as_test(_as_machine(database), settings=QUICK)
    assert database.transact(audited).wrong == ()


def test_a_purse_that_lends_is_found_out(database: Database) -> None:
    with pytest.raises(AssertionError):
        run_state_machine_as_test(_as_machine(database, change=staticmethod(_careless)), settings=FINDING)
