"""The audit of the ledgers finds each way in which one may not balance, and nothing in those that do."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Table

from bot.domain.coupons import CouponBatch, CouponClaim
from storage import coupons
from storage.database import Database
from storage.reports import audited
from storage.tables import table
from storage.tables.activities import (
    DrawEntryRow,
    DrawPrizeRow,
    PartyMemberRow,
    PartyRow,
    ReferralRow,
)
from storage.tables.delivery import CouponBatchRow
from storage.tables.points import PointAccountRow, PointChangeRow

NOW = datetime(2026, 12, 1, 2, tzinfo=UTC)
CHANGE = {
    "key": "k",
    "member_id": 1,
    "at": NOW,
    "delta": 5,
    "cause": "check_in",
    "reference": "",
    "expires_at": None,
}
ACCOUNT = {
    "member_id": 1, "balance": 5, "earned": 5, "level": "", "level_since": None, "expires_at": None,
}  # fmt: skip
ENTRY = {"draw": "d", "number": 1, "member_id": 1, "key": "e", "at": NOW, "prize": "nothing", "given": ""}
PRIZE = {"draw": "d", "prize": "coupon.a", "stock": 2, "given": 2}
PARTY = {
    "id": 7, "code": "ABCDEF", "name": "p", "size": 2, "coupon": "a", "joined": 1, "state": "open", "at": NOW,
    "expires_at": NOW, "ended_at": None, "group": "",
}  # fmt: skip
JOINED = {"party_id": 7, "member_id": 1, "at": NOW, "coupon_key": ""}
REFERRAL = {
    "member_id": 2, "inviter_id": 1, "at": NOW, "state": "followed", "flags": "", "order_id": "",
    "qualified_at": None, "settled_at": None,
}  # fmt: skip
RIGHT: Mapping[type, list[dict[str, Any]]] = {
    PointChangeRow: [CHANGE], PointAccountRow: [ACCOUNT], DrawEntryRow: [ENTRY], DrawPrizeRow: [PRIZE],
    PartyRow: [PARTY], PartyMemberRow: [JOINED], ReferralRow: [REFERRAL],
}  # fmt: skip
WRONG: Mapping[str, tuple[type, list[dict[str, Any]]]] = {
    "5 kept, 4 summed": (PointChangeRow, [{**CHANGE, "delta": 4}]),
    "0 kept, 5 summed": (PointAccountRow, []),
    "2 entries, the last is number 3": (DrawEntryRow, [ENTRY, {**ENTRY, "key": "f", "number": 3}]),
    "3 of 2 coupon.a": (DrawPrizeRow, [{**PRIZE, "given": 3}]),
    "1 counted, 0 there": (PartyMemberRow, []),
    "2 wanted, filled": (PartyRow, [{**PARTY, "state": "filled"}]),
    "referral of m1 by m1": (ReferralRow, [{**REFERRAL, "member_id": 1}]),
    "referral of m1 by m2": (ReferralRow, [REFERRAL, {**REFERRAL, "member_id": 1, "inviter_id": 2}]),
}


def fill(database: Database, books: Mapping[type, list[dict[str, Any]]]) -> None:
    def work(c: Connection) -> None:
        coupons.sync(c, [CouponBatch("a", "A", timedelta(days=1), amount_off=100, stock=3)])
        coupons.issue(c, [CouponClaim("k", "a", 1)], NOW)
        for model, rows in books.items():
            book: Table = table(model)
            if rows:
                c.execute(book.insert(), rows)

    database.transact(work)


def test_ledgers_that_balance_are_left_in_peace(database: Database) -> None:
    fill(database, RIGHT)
    found = database.transact(audited)
    assert (found.wrong, found.looked_at) == ((), 5)


@pytest.mark.parametrize("fault", WRONG)
def test_each_way_not_to_balance_is_told(database: Database, fault: str) -> None:
    model, rows = WRONG[fault]
    fill(database, {**RIGHT, model: rows})
    assert [one for one in database.transact(audited).wrong if fault in one]


def test_a_batch_that_gave_more_than_it_has_is_told(database: Database) -> None:
    fill(database, {})
    database.transact(lambda c: c.execute(table(CouponBatchRow).update().values(taken=4)))
    assert "coupons of a" in database.transact(audited).wrong[0]
