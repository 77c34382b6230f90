"""Groups that buy: stock balances, never more than the size, everything given or everything returned."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from bot.domain.activities import GroupBuy
from bot.domain.coupons import CouponBatch
from bot.domain.effects import JoinParty, OpenParty
from storage import coupons, parties
from storage.coupon_stock import BATCH, COUPON
from storage.database import Connection, Database
from storage.outcomes import Came
from storage.party_places import JOINED, PARTY
from storage.redemption import standing
from storage.reports import audited

NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)
DAY = timedelta(days=1)
TEA = GroupBuy("tea_3", 3, DAY, "tea", requires="order.paid")
PAID = frozenset({"order.paid"})


def furnish(database: Database, stock: int = 5) -> None:
    def work(c: Connection) -> None:
        for book in (JOINED, PARTY, COUPON, BATCH):
            c.execute(delete(book))
        coupons.sync(c, [CouponBatch("tea", "茶", 3 * DAY, amount_off=100, stock=stock)])

    database.transact(work)


def begin(database: Database, who: int, at: datetime = NOW) -> Came:
    one = OpenParty(who, TEA, "open_to_all", f"o{who}{at}", at)
    return database.transact(lambda c: parties.open_party(c, [one], at))[0]


def join(database: Database, who: int, code: str, at: datetime = NOW, did: frozenset[str] = PAID) -> Came:
    one = JoinParty(who, code, (TEA,), did, "open_to_all", f"j{who}{at}", at)
    return database.transact(lambda c: parties.join(c, [one], at))[0]


def end(database: Database, at: datetime) -> None:
    database.transact(lambda c: parties.expire(c, at, 9))


def states(database: Database) -> dict[str, int]:
    return {state: count for state, count in database.transact(lambda c: standing(c, "tea")).items() if count}


def test_a_group_fills_and_everybody_has_a_coupon(database: Database) -> None:
    furnish(database)
    code = str(begin(database, 1).facts["code"])
    assert states(database) == {"free": 4, "reserved": 1}
    assert join(database, 2, code).facts["lacks"] == 1
    last = join(database, 3, code)
    assert (last.facts["lacks"], last.facts["key"]) == (0, f"party:{code}:3")
    assert states(database) == {"free": 2, "issued": 3}
    assert join(database, 4, code).reason == "full"


def test_a_group_that_is_not_filled_returns_everything(database: Database) -> None:
    furnish(database)
    code = str(begin(database, 1).facts["code"])
    join(database, 2, code)
    assert database.transact(parties.next_expiry) == NOW + DAY
    assert join(database, 3, code, at=NOW + DAY).reason == "expired"
    assert database.transact(lambda c: parties.expire(c, NOW + DAY, 9)) == 1
    assert states(database) == {"free": 5}
    assert join(database, 3, code, at=NOW + DAY).reason == "expired"
    assert database.transact(audited).wrong == ()


def test_who_may_not_join_is_told_why(database: Database) -> None:
    furnish(database)
    code = str(begin(database, 1).facts["code"])
    assert begin(database, 1).reason == "waits"
    assert begin(database, 1).facts["code"] == code
    assert join(database, 1, code).reason == "waits"
    assert join(database, 2, code, did=frozenset()).reason == "requires"
    assert join(database, 2, "NOBODY").reason == "unknown"


def test_a_sold_out_batch_begins_and_joins_nothing(database: Database) -> None:
    furnish(database, stock=2)
    code = str(begin(database, 1).facts["code"])
    join(database, 2, code)
    assert (join(database, 3, code).reason, begin(database, 4).reason) == ("sold_out", "sold_out")
    assert database.transact(audited).wrong == ()


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(st.integers(1, 9), st.integers(0, 3), st.integers(0, 9)), max_size=30))
def test_stock_balances_after_every_act(database: Database, acts: list[tuple[int, int, int]]) -> None:
    furnish(database, stock=7)
    now, codes = NOW, ["NOBODY"]
    for who, which, hours in acts:
        now += timedelta(hours=hours)
        if which == 0:
            codes.append(str(begin(database, who, now).facts.get("code", "NOBODY")))
        elif which == 1:
            end(database, now)
        else:
            join(database, who, codes[-1], now)
        assert database.transact(audited).wrong == ()
        assert sum(states(database).values()) == 7


@pytest.mark.parametrize("turn", range(3))
def test_two_at_once_for_the_last_place_are_not_both_in(database: Database, turn: int) -> None:
    furnish(database, stock=9)
    code = str(begin(database, 1).facts["code"])
    join(database, 2, code)
    together = threading.Barrier(4)
    found: list[str] = []

    def come(who: int) -> None:
        together.wait()
        found.append(join(database, who, code).reason)

    threads = [threading.Thread(target=come, args=(10 + one,)) for one in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["", "full", "full", "full"]
    inside = database.transact(lambda c: c.execute(select(JOINED.c.member_id)).scalars().all())
    assert len(inside) == 3
    assert states(database) == {"free": 6, "issued": 3}
