"""Coupons asked of another house: each for itself, whatever becomes of the others."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update

from bot.domain.coupons import CouponBatch, CouponClaim
from bot.domain.payments import CashStock, CashWish
from bot.granting import Granting, House
from storage import cash_grants, cash_uses, coupons, redemption
from storage.cash_grants import GRANT
from storage.coupon_stock import COUPON
from storage.coupon_trail import CHANGE
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


def asked(database: Database) -> CouponBatch:
    """Let a member have one coupon of another house, asked for and handed out."""
    batch = CouponBatch(
        "cash", "立减", timedelta(days=1), amount_off=100, stock=9, cash=CashStock("pay", "1", "x")
    )

    def furnish(c: Connection) -> None:
        coupons.sync(c, [batch])
        coupons.issue(c, [CouponClaim("k", "cash", 1)], NOW, lambda: "CODE")

    database.transact(furnish)
    return batch


def state(database: Database) -> str:
    found = select(COUPON.c.state).where(COUPON.c.code == "CODE")
    return str(database.transact(lambda c: c.execute(found).scalar_one()))


def told(database: Database, order: str, at: datetime) -> str:
    return database.transact(lambda c: cash_uses.used(c, "9867041", order, at, at))


def test_a_day_of_refusals_is_outlived(database: Database) -> None:
    asked(database)
    database.transact(lambda c: c.execute(update(GRANT).values(attempts=1000)))
    (asking,) = database.transact(lambda c: cash_grants.claim(c, ["cash"], NOW, 9))
    assert asking.attempt == 1001
    assert database.transact(lambda c: cash_grants.claim(c, ["cash"], NOW + cash_grants.LATE / 2, 9)) == []


def test_a_use_told_again_after_its_time_or_after_a_refund_changes_nothing(database: Database) -> None:
    asked(database)
    database.transact(lambda c: cash_grants.granted(c, "CODE", "9867041", NOW))
    late = NOW + timedelta(days=2)
    assert told(database, "42", NOW + timedelta(hours=1)) == "redeemed"
    trail = select(func.count()).select_from(CHANGE)
    before = database.transact(lambda c: c.execute(trail).scalar_one())
    assert told(database, "42", late) == "again"
    assert told(database, "43", late) == "used"
    assert database.transact(lambda c: c.execute(trail).scalar_one()) == before
    database.transact(lambda c: redemption.refund(c, 1, "42", 0, late))
    assert state(database) == "refunded"
    assert told(database, "42", late) == "refunded"
    assert state(database) == "refunded"
