"""Coupons asked of another house: each for itself, whatever becomes of the others."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bot.domain.coupons import CouponBatch, CouponClaim
from bot.domain.payments import CashStock, CashWish
from bot.granting import Granting, House
from storage import coupons
from storage.cash_grants import GRANT
from storage.database import Connection, Database
from storage.tables import table
from storage.tables.members import IdentityRow

NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)


class Faulty:
    """A house whose every answer is a fault of ours, or of theirs, for one coupon and fine for another."""

    async def grant(self, wish: CashWish) -> str:
        if wish.number == "BAD":
            raise RuntimeError("no such thing")
        return "9867041"


async def test_one_coupon_s_fault_keeps_no_other_from_being_asked_for(database: Database) -> None:
    batch = CouponBatch(
        "cash", "立减", timedelta(days=1), amount_off=100, cash=CashStock("pay", "1", "x"), stock=9
    )

    def furnish(c: Connection) -> None:
        coupons.sync(c, [batch])
        tie = {
            "known_as": "shop:o1", "member_id": 1, "account": "shop", "following": True, "since": NOW,
            "source": "", "cipher": None,
        }  # fmt: skip
        c.execute(table(IdentityRow).insert(), tie)
        codes = iter(("BAD", "GOOD"))
        coupons.issue(c, [CouponClaim(f"k{n}", "cash", 1) for n in range(2)], NOW, lambda: next(codes))

    database.transact(furnish)
    granting = Granting(database, {"cash": batch}, {"pay": House("pay", Faulty(), "shop")}, ())
    assert await granting.run(NOW) == 1
    assert await granting.run(NOW) == 0
    rows = database.transact(
        lambda c: c.execute(select(GRANT.c.code, GRANT.c.state, GRANT.c.reason).order_by(GRANT.c.code)).all()
    )
    assert [tuple(row) for row in rows] == [("BAD", "due", "fault"), ("GOOD", "granted", "")]
