"""What makes a newcomer look like abuse: a crowd at once, the inviter's own payer, phone or address."""

from typing import Any

from sqlalchemy import Connection, func, select

from bot.domain.activities.terms import Crowd
from bot.domain.effects import QualifyReferral
from bot.domain.events import ORDER_PAID
from storage.dialect import property_text
from storage.tables import table
from storage.tables.activities import ReferralRow
from storage.tables.events import EventRow
from storage.tables.members import MemberRow

EVENT = table(EventRow)
MEMBER = table(MemberRow)
REFERRAL = table(ReferralRow)
CROWD, LEFT = "crowd", "left"


def flags_of(connection: Connection, one: QualifyReferral, row: Any) -> list[str]:
    """Return what makes a newcomer's first order look like abuse, with what was noted of them before."""
    flags = str(row.flags).split()
    if is_crowd(connection, row.inviter_id, row.at, one.crowd):
        flags.append(CROWD)
    facts = {"payer_id": one.payer, "phone": one.phone, "address": one.address}
    flags += [
        f"same_{name.removesuffix('_id')}"
        for name, value in facts.items()
        if _shares(connection, one.member_id, row.inviter_id, name, value)
    ]
    return flags


def is_crowd(connection: Connection, inviter_id: int, at: Any, crowd: Crowd) -> bool:
    """Return whether so many came by one inviter around this moment that it was no friendship."""
    around = (REFERRAL.c.at > at - crowd.within, REFERRAL.c.at < at + crowd.within)
    count = select(func.count()).where(REFERRAL.c.inviter_id == inviter_id, *around)
    return bool(connection.execute(count).scalar_one() >= crowd.count)


def _shares(connection: Connection, member_id: int, inviter_id: int, name: str, value: str) -> bool:
    """Return whether both ordered with, or are known by, one such fact; it is compared and never told."""
    mine = {value, _attribute(connection, member_id, name)} - {""}
    if not mine:
        return False
    if _attribute(connection, inviter_id, name) in mine:
        return True
    fact = property_text(connection, EVENT.c.properties, name)
    theirs = (EVENT.c.member_id == inviter_id, EVENT.c.kind == ORDER_PAID, fact.in_(sorted(mine)))
    return connection.execute(select(EVENT.c.id).where(*theirs).limit(1)).first() is not None


def _attribute(connection: Connection, member_id: int, name: str) -> str:
    known = connection.execute(select(MEMBER.c.attributes).where(MEMBER.c.id == member_id)).scalar() or {}
    return str(known.get(name) or "")
