"""A house with two lotteries and members who can pay."""

from datetime import UTC, datetime, timedelta

from bot.domain.activities import Lottery, Points
from bot.domain.coupons import CouponBatch, MemberLimit
from bot.domain.effects import EnterDraw
from bot.domain.points import Change
from storage import coupons, draw_entries, draws, points
from storage.database import Connection, Database
from storage.outcomes import Came
from storage.tables import table
from storage.tables.members import IdentityRow
from storage.tables.operations import OperatorRow

NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)
DAY = timedelta(days=1)
TERMS = Points(expire=30 * DAY)
SEED = bytes(range(32))
SPIN = Lottery(
    "spin", "instant", {"coupon.a": 0.3, "points.50": 0.3, "nothing": 0.4}, NOW - DAY, NOW + 9 * DAY, cost=20,
    per_member=MemberLimit(30, DAY),
)  # fmt: skip
DRAWN = Lottery(
    "gala", "draw", {"coupon.a": 1, "points.500": 2}, NOW - DAY, NOW + DAY, draws_at=NOW + 2 * DAY
)


def furnish(c: Connection) -> None:
    """Open the lotteries, and let nine members have points."""
    coupons.sync(c, [CouponBatch("a", "A", DAY, amount_off=100, stock=3)])
    draws.sync(c, [SPIN, DRAWN], TERMS, lambda: SEED, NOW - DAY)
    points.change(c, [Change(f"rich{who}", who, 10_000, "x") for who in range(1, 10)], TERMS, NOW)


def enter(database: Database, key: str, who: int = 1, lottery: Lottery = SPIN, at: datetime = NOW) -> Came:
    one = EnterDraw(who, lottery, "random_test", key, at, TERMS)
    return database.transact(lambda c: draw_entries.enter(c, [one], at))[0]


def appoint(database: Database, who: int) -> None:
    """Bind a member as an operator."""
    known_as = f"shop:o{who}"
    tie = {
        "known_as": known_as, "member_id": who, "account": "shop", "following": True, "since": NOW,
        "source": "", "cipher": None,
    }  # fmt: skip
    bound = {"known_as": known_as, "name": "x", "role": "reader", "bound_at": NOW, "revoked_at": None}
    database.transact(lambda c: c.execute(table(IdentityRow).insert(), tie))
    database.transact(lambda c: c.execute(table(OperatorRow).insert(), bound))
