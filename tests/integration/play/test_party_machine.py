"""Groups that buy, lived through at random: places, coupons and counts agree after every step."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import update

from storage import erasure, merge, parties
from storage.database import Connection, Database
from storage.party_places import PARTY
from storage.reports import audited
from tests.integration.play.partying import NOW, PEOPLE, STOCK, begin, furnish, join, places, states

WHO = st.sampled_from(PEOPLE)
QUICK = settings(
    max_examples=25, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)

# What is found out is not made small: a run a database is slow, and that it is found is all that counts.
FINDING = settings(
    QUICK,
    max_examples=100,
    derandomize=True,
    print_blob=False,
    phases=[Phase.generate],
    database=None,
    report_multiple_bugs=False,
)


class Market(RuleBasedStateMachine):
    """Members begin, join, turn out to be one, leave; time passes."""

    database: Database
    expire: Callable[[Connection, datetime, int], int] = staticmethod(parties.expire)

    def __init__(self) -> None:
        super().__init__()
        self.now, self.codes = NOW, ["NOBODY"]
        self.alive = set(PEOPLE)

    @initialize()
    def opens(self) -> None:
        furnish(self.database)

    @rule(who=WHO)
    def begin(self, who: int) -> None:
        if who in self.alive:
            came = begin(self.database, who, self.now)
            self.codes += [str(came.facts["code"])] if not came.reason else []

    @rule(who=WHO, back=st.integers(1, 3))
    def join(self, who: int, back: int) -> None:
        if who in self.alive:
            join(self.database, who, self.codes[-min(back, len(self.codes))], self.now)

    @rule(hours=st.integers(1, 30))
    def passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.database.transact(lambda c: type(self).expire(c, self.now, 9))

    @rule(one=WHO, other=WHO)
    def merge(self, one: int, other: int) -> None:
        if one != other and {one, other} <= self.alive:
            self.database.transact(lambda c: merge.merge(c, one, [other], self.now))
            self.alive.discard(other)

    @rule(who=WHO)
    def unfollows(self, who: int) -> None:
        if who in self.alive:
            self.database.transact(lambda c: erasure.everything(c, who, self.now))
            self.alive.discard(who)

    @invariant()
    def balances(self) -> None:
        found = self.database.transact(places)
        assert all(joined == held for _, joined, held in found)
        stand = states(self.database)
        assert sum(stand.values()) == STOCK
        assert stand.get("reserved", 0) == sum(held for state, _, held in found if state == "open")
        assert stand.get("issued", 0) == sum(held for state, _, held in found if state == "filled")
        assert self.database.transact(audited).wrong == ()


def _forgetful(c: Connection, now: datetime, limit: int) -> int:
    """End groups and keep what was set aside for them: the control that must fail."""
    due = (PARTY.c.state == "open", PARTY.c.expires_at <= now)
    return c.execute(update(PARTY).where(*due).values(state="expired", ended_at=now)).rowcount


def _as_machine(database: Database, **ways: object) -> type[Market]:
    return type("Market", (Market,), {"database": database, **ways})


def test_nothing_members_do_together_unbalances_groups_and_stock(database: Database) -> None:
    run_state_machine_as_test(_as_machine(database), settings=QUICK)
    assert database.transact(audited).wrong == ()


def test_groups_that_end_without_giving_back_are_found_out(database: Database) -> None:
    """Sabotage: the machine must see the coupons that stay reserved."""
    naive = _as_machine(database, expire=staticmethod(_forgetful))
    with pytest.raises(AssertionError):
        run_state_machine_as_test(naive, settings=FINDING)
