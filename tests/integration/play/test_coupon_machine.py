"""Coupons lived through at random: the states of each batch sum up to its stock after every step."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import update

from bot.domain.coupons import CouponState
from storage import coupons, redemption
from storage.coupon_stock import COUPON
from storage.database import Connection, Database
from tests.integration.play.test_coupon_books import (
    LIMIT,
    NOW,
    code_of,
    do,
    furnish,
    last_of_trail,
    most_of_one_member,
    sums,
)
from tests.integration.play.test_party_machine import FINDING, QUICK

WHICH = st.sampled_from(["made", "piled"])
NUMBER = st.integers(0, 7)


class Books(RuleBasedStateMachine):
    """Claims made, kept, given back, used, paid back, taken back; codes imported; time passing."""

    database: Database
    back: Callable[[Connection, list[str], Any], int] = staticmethod(coupons.give_back)

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW

    @initialize()
    def opens(self) -> None:
        self.database.transact(furnish)

    @rule(number=NUMBER, batch=WHICH, what=st.sampled_from(["reserve", "issue", "confirm"]))
    def takes(self, number: int, batch: str, what: str) -> None:
        do(self.database, what, number, batch, self.now)

    @rule(number=NUMBER, batch=WHICH)
    def gives_back(self, number: int, batch: str) -> None:
        key = f"{batch}:{number}"
        self.database.transact(lambda c: type(self).back(c, [key], self.now))

    @rule(number=NUMBER, batch=WHICH, what=st.sampled_from(["redeem", "refund", "part", "revoke"]))
    def ends(self, number: int, batch: str, what: str) -> None:
        do(self.database, what, number, batch, self.now)

    @rule(number=NUMBER, batch=WHICH)
    def uses_twice(self, number: int, batch: str) -> None:
        """The same order again changes nothing, and another order cannot have it."""

        def twice(c: Connection) -> tuple[str, str, str]:
            code = code_of(c, f"{batch}:{number}")
            first, again, other = (redemption.redeem(c, code, o, 1, self.now) for o in ("a", "a", "b"))
            return first, again, other

        first, again, other = self.database.transact(twice)
        if first == "redeemed":
            assert (again, other) == ("again", "used")

    @rule(number=NUMBER)
    def imports(self, number: int) -> None:
        do(self.database, "import", number, "piled", self.now)

    @rule(hours=st.integers(1, 60))
    def passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        do(self.database, "expire", 0, "made", self.now)

    @invariant()
    def balances(self) -> None:
        found = self.database.transact(sums)
        assert all(total == stock for total, stock in found.values()), found
        assert most_of_one_member(self.database) <= LIMIT

    def teardown(self) -> None:
        assert CouponState.FREE not in self.database.transact(last_of_trail).values()


def _as_machine(database: Database, **ways: object) -> type[Books]:
    return type("Books", (Books,), {"database": database, **ways})


def _forgetful(c: Connection, keys: list[str], _now: object) -> int:
    """Give codes back and forget to count them: the control that must fail."""
    mine = (COUPON.c.key.in_(keys), COUPON.c.state == CouponState.RESERVED)
    return c.execute(update(COUPON).where(*mine).values(state=CouponState.RETURNED, key=None)).rowcount


def test_states_sum_up_to_the_stock_whatever_happens(database: Database) -> None:
    run_state_machine_as_test(_as_machine(database), settings=QUICK)
    found = database.transact(sums)
    assert all(total == stock for total, stock in found.values())


def test_a_ledger_that_forgets_what_came_back_is_found_out(database: Database) -> None:
    """Sabotage: the machine must see the stock that is gone."""
    with pytest.raises(AssertionError):
        run_state_machine_as_test(_as_machine(database, back=staticmethod(_forgetful)), settings=FINDING)
