"""What we hold of a member, as counts and names, for the member themselves."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, select

from bot.domain.delivery.policy import MARKETING, PERSONALISED
from bot.domain.events import GROUP_MESSAGE, MENU_CLICK, MESSAGE, ORDER_PAID
from storage.coupon_stock import COUPON
from storage.tables import table
from storage.tables.contents import LinkRow
from storage.tables.delivery import OutboxRow
from storage.tables.events import EventRow
from storage.tables.groups import GroupMemberRow
from storage.tables.members import ConsentRow, IdentityRow, MemberRow, TallyRow
from storage.tables.points import PointAccountRow

MEMBER = table(MemberRow)
TALLY = table(TallyRow)
CONSENT = table(ConsentRow)
IDENTITY = table(IdentityRow)
POINTS = table(PointAccountRow)
# Rows of a member that are told as a number, by the name a template has for it.
COUNTED: Mapping[str, Table] = {
    "events": table(EventRow),
    "letters": table(OutboxRow),
    "coupons": COUPON,
    "groups": table(GroupMemberRow),
    "links": table(LinkRow),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a member stands: what they are called, if told; points now and the level they reached."""

    name: str | None
    points: int
    level: str


def standing(c: Connection, member_id: int) -> Standing:
    """Return how a member stands."""
    name = c.execute(select(MEMBER.c.name).where(MEMBER.c.id == member_id)).scalar()
    row = c.execute(
        select(POINTS.c.balance, POINTS.c.level).where(POINTS.c.member_id == member_id)
    ).one_or_none()
    return Standing(name, row.balance if row else 0, row.level if row else "")


def held(c: Connection, member_id: int) -> dict[str, object]:
    """Return the counts (`COUNTED`, `messages`, `clicks`, `orders`), `points`, `level` and consents.

    `known_since` is a moment; `phone` and `birthday` say whether we have one, `name` too.
    """
    facts: dict[str, object] = {name: _count(c, source, member_id) for name, source in COUNTED.items()}
    rows = c.execute(select(TALLY.c.kind, TALLY.c.count).where(TALLY.c.member_id == member_id))
    tallies = {row["kind"]: row["count"] for row in rows.mappings()}
    facts["messages"] = tallies.get(MESSAGE, 0) + tallies.get(GROUP_MESSAGE, 0)
    facts["clicks"] = tallies.get(MENU_CLICK, 0)
    facts["orders"] = tallies.get(ORDER_PAID, 0)
    granted = select(CONSENT.c.purpose).where(CONSENT.c.member_id == member_id, CONSENT.c.granted.is_(True))
    purposes = set(c.execute(granted).scalars())
    facts |= {"marketing": MARKETING in purposes, "personalised": PERSONALISED in purposes}
    stand = standing(c, member_id)
    facts |= {"points": stand.points, "level": stand.level, "name": bool(stand.name)}
    known = c.execute(select(IDENTITY.c.known_as).where(IDENTITY.c.member_id == member_id)).scalars()
    facts["phone"] = any(one.startswith("phone:") for one in known)
    born, since = c.execute(
        select(MEMBER.c.birthday, MEMBER.c.known_since).where(MEMBER.c.id == member_id)
    ).one()
    return {**facts, "birthday": bool(born), "known_since": since}


def _count(c: Connection, source: Table, member_id: int) -> int:
    statement = select(func.count()).select_from(source).where(source.c.member_id == member_id)
    return int(c.execute(statement).scalar_one())
