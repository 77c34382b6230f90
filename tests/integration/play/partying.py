"""Members who buy together, as tests write them."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select

from bot.domain.activities import GroupBuy
from bot.domain.coupons import CouponBatch, MemberLimit
from bot.domain.effects import JoinParty, OpenParty
from storage import coupons, parties
from storage.coupon_stock import BATCH, COUPON
from storage.database import Connection, Database
from storage.outcomes import Came
from storage.party_places import JOINED, PARTY
from storage.redemption import standing
from storage.tables import table
from storage.tables.members import IdentityRow, MemberRow

MEMBER = table(MemberRow)
IDENTITY = table(IdentityRow)
NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)
DAY = timedelta(days=1)
TEA = GroupBuy("tea_3", 3, DAY, "tea", per_member=MemberLimit(1))
STOCK = 5
PEOPLE = range(1, 8)


def furnish(database: Database, stock: int = STOCK, account: str = "shop") -> None:
    """Leave a batch of tea, some members who follow, and nothing they did."""

    def work(c: Connection) -> None:
        for book in (JOINED, PARTY, COUPON, BATCH, IDENTITY, MEMBER):
            c.execute(delete(book))
        coupons.sync(c, [CouponBatch("tea", "茶", 3 * DAY, amount_off=100, stock=stock)])
        c.execute(
            MEMBER.insert(),
            [{"id": who, "known_since": NOW, "attributes": {}, "provenance": {}} for who in PEOPLE],
        )
        rows = [
            {"known_as": f"{account}:o{who}", "member_id": who, "account": account, "following": True,
             "since": NOW, "source": account}
            for who in PEOPLE
        ]  # fmt: skip
        c.execute(IDENTITY.insert(), rows)

    database.transact(work)


def begin(database: Database, who: int, at: datetime = NOW, terms: GroupBuy = TEA) -> Came:
    """Let a member begin a group."""
    one = OpenParty(who, terms, "open_to_all", f"o{who}{at}", at)
    return database.transact(lambda c: parties.open_party(c, [one], at))[0]


def join(database: Database, who: int, code: str, at: datetime = NOW, terms: GroupBuy = TEA) -> Came:
    """Let a member join one."""
    one = JoinParty(who, code, (terms,), frozenset(), "open_to_all", f"j{who}{at}", at)
    return database.transact(lambda c: parties.join(c, [one], at))[0]


def states(database: Database) -> dict[str, int]:
    """Return how many coupons are in which state."""
    return {state: count for state, count in database.transact(lambda c: standing(c, "tea")).items() if count}


def places(connection: Connection) -> list[tuple[str, int, int]]:
    """Return (state, joined, places held) of each group, in the order they were begun."""
    held = select(func.coalesce(func.sum(JOINED.c.places), 0)).where(JOINED.c.party_id == PARTY.c.id)
    rows = connection.execute(
        select(PARTY.c.state, PARTY.c.joined, held.scalar_subquery()).order_by(PARTY.c.id)
    )
    return [(state, joined, int(count)) for state, joined, count in rows]
