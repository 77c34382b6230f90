"""Every state of a batch sums up to its stock at every moment, whatever happens to its codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from bot.domain.coupons import Coupon, CouponBatch, CouponClaim, CouponState, MemberLimit
from storage import coupons, redemption, revoking
from storage.coupon_stock import BATCH, COUPON, import_codes
from storage.coupon_trail import CHANGE
from storage.database import Connection, Database
from storage.events import EVENT, Happened, append

NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)
DAY = timedelta(days=1)
LIMIT = 2
HELD = (CouponState.RESERVED, CouponState.ISSUED, CouponState.REDEEMED)
MADE = CouponBatch("made", "A", 2 * DAY, amount_off=100, stock=6, per_member=MemberLimit(LIMIT))
PILED = CouponBatch("piled", "B", 2 * DAY, amount_off=100, codes_file="x.csv")
ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["reserve", "issue", "confirm", "back", "redeem", "refund", "part", "expire", "revoke", "import"]
        ),
        st.integers(0, 7),
        st.sampled_from(["made", "piled"]),
    ),
    max_size=40,
)


def furnish(c: Connection) -> None:
    for book in (CHANGE, COUPON, BATCH, EVENT):
        c.execute(delete(book))
    coupons.sync(c, [MADE, PILED])
    import_codes(c, "piled", [f"CODE{number}" for number in range(4)], NOW)


def code_of(c: Connection, key: str) -> str:
    return str(c.execute(select(COUPON.c.code).where(COUPON.c.key == key)).scalar() or "NOBODYS")


def paid_back(c: Connection, order: str, amount: int, now: datetime) -> None:
    append(c, [Happened(1, "order.refunded", now, f"{order}{now}", "w", amount, {"order_id": order})], now)
    redemption.refund(c, 1, order, amount, now)


def act(c: Connection, what: str, number: int, batch: str, now: datetime) -> None:
    """Do one thing to the claim of this number; 100 is what each order costs."""
    key, order = f"{batch}:{number}", f"o:{batch}:{number}"
    claim = CouponClaim(key, batch, 1 + number % 3)
    deeds: dict[str, Callable[[], Any]] = {
        "reserve": lambda: coupons.reserve(c, [claim], now),
        "issue": lambda: coupons.issue(c, [claim], now),
        "confirm": lambda: coupons.confirm(c, [key], now),
        "back": lambda: coupons.give_back(c, [key], now),
        "redeem": lambda: redemption.redeem(c, code_of(c, key), order, 100, now),
        "refund": lambda: paid_back(c, order, 100, now),
        "part": lambda: paid_back(c, order, 40, now),
        "expire": lambda: redemption.expire(c, now),
        "revoke": lambda: revoking.revoke(c, code_of(c, key), "x", now),
        "import": lambda: import_codes(c, "piled", [f"MORE{number}"], now),
    }
    deeds[what]()


def sums(c: Connection) -> dict[str, tuple[int, int]]:
    """What the states of each batch sum up to, and its stock."""
    rows = c.execute(select(BATCH.c.name, BATCH.c.stock)).all()
    return {name: (sum(redemption.standing(c, name).values()), stock) for name, stock in rows}


def most_of_one_member(database: Database) -> int:
    """How many codes of the limited batch the member with the most of them has or had."""
    count = func.count()
    mine = (
        select(count).where(COUPON.c.batch == "made", COUPON.c.state.in_(HELD)).group_by(COUPON.c.member_id)
    )
    return max(database.transact(lambda c: c.execute(mine).scalars().all()), default=0)


def last_of_trail(c: Connection) -> dict[int, str]:
    rows = c.execute(select(CHANGE.c.coupon_id, CHANGE.c.state).order_by(CHANGE.c.id)).all()
    return dict(map(tuple, rows))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_states_sum_up_to_the_stock_and_the_trail_ends_where_each_code_stands(
    database: Database, acts: list[tuple[str, int, str]]
) -> None:
    database.transact(furnish)
    now = NOW
    for what, number, batch in acts:
        now += timedelta(hours=7)
        do(database, what, number, batch, now)
        for total, stock in database.transact(sums).values():
            assert total == stock
        assert most_of_one_member(database) <= LIMIT
    trail = database.transact(last_of_trail)
    stands = database.transact(lambda c: c.execute(select(COUPON.c.id, COUPON.c.state)).all())
    for coupon_id, state in stands:
        # A code that came back to the pile is free again; its trail ends with its return.
        ended = CouponState.RETURNED if state == CouponState.FREE else state
        assert trail.get(coupon_id, CouponState.RETURNED) == ended


def do(database: Database, what: str, number: int, batch: str, now: datetime) -> None:
    database.transact(lambda c: act(c, what, number, batch, now))


def test_a_ledger_without_the_limit_is_seen_to_give_one_member_more(database: Database) -> None:
    """Otherwise the limit above would show nothing: numbers 1, 4 and 7 are one member's."""
    database.transact(furnish)
    for number in (1, 4, 7):
        do(database, "issue", number, "made", NOW)
    assert most_of_one_member(database) == LIMIT
    database.transact(lambda c: coupons.sync(c, [replace(MADE, per_member=None)]))
    do(database, "issue", 7, "made", NOW)
    assert most_of_one_member(database) == LIMIT + 1


def test_a_ledger_that_forgets_to_count_is_seen(database: Database) -> None:
    """Otherwise the test above would show nothing."""
    database.transact(furnish)
    do(database, "issue", 1, "made", NOW)
    database.transact(lambda c: c.execute(update(BATCH).where(BATCH.c.name == "made").values(taken=0)))
    assert database.transact(sums)["made"] == (7, 6)


def test_an_order_paid_back_in_parts_gives_its_coupon_up_with_the_last(database: Database) -> None:
    database.transact(furnish)
    for what in ("issue", "redeem", "part"):
        do(database, what, 0, "made", NOW)
    states = database.transact(lambda c: redemption.standing(c, "made"))
    assert states["redeemed"] == 1
    do(database, "part", 0, "made", NOW + DAY)
    do(database, "part", 0, "made", NOW + 2 * DAY)
    states = database.transact(lambda c: redemption.standing(c, "made"))
    assert states["refunded"] == 1
    trail = database.transact(lambda c: c.execute(select(CHANGE.c.actor, CHANGE.c.cause)).all())
    assert [(actor, cause.split(":")[0]) for actor, cause in trail] == [
        ("hetang", "claim"), ("shop", "order"), ("shop", "refund"), ("shop", "refund"), ("shop", "refund"),
    ]  # fmt: skip


@pytest.mark.parametrize("budget", [0, 250, 600])
def test_a_budget_gives_no_more_than_it_pays_for(database: Database, budget: int) -> None:
    batch = CouponBatch("rich", "C", DAY, amount_off=100, stock=5, budget=budget)
    database.transact(lambda c: coupons.sync(c, [batch]))
    claims = [CouponClaim(f"r{number}", "rich", number) for number in range(1, 9)]
    given = database.transact(lambda c: coupons.issue(c, claims, NOW))
    had = [one for one in given.values() if isinstance(one, Coupon)]
    assert len(had) == (min(5, budget // 100) if budget else 5)
