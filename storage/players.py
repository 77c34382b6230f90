"""A member as the ledgers of activities know them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, literal, select

from bot.domain.activities import CheckIn, FlashSale, GroupBuy, Lottery, Referral
from bot.domain.activities.terms import Activity
from bot.domain.why.playing import Player, Took
from storage.snapshots import NOTHING, load
from storage.tables import table
from storage.tables.activities import AnswerRow, DrawEntryRow, PartyMemberRow, PartyRow, ReferralRow
from storage.tables.delivery import CouponRow
from storage.tables.members import IdentityRow
from storage.tables.operations import OperatorRow
from storage.tables.points import CheckInRow, PointAccountRow

ACCOUNT = table(PointAccountRow)
CHECK_IN = table(CheckInRow)
ENTRY = table(DrawEntryRow)
REFERRAL = table(ReferralRow)
PARTY = table(PartyRow)
JOINED = table(PartyMemberRow)
ANSWER = table(AnswerRow)
COUPON = table(CouponRow)
OPERATOR = table(OperatorRow)
IDENTITY = table(IdentityRow)
NEWEST = 50


def read(connection: Connection, member_id: int, activity: Activity, now: datetime) -> Player | None:
    """Return what is known of a member, None when there is nobody of this id."""
    member = load(connection, [member_id], NOTHING, now, lock=False).get(member_id)
    if member is None:
        return None
    points = connection.execute(
        select(ACCOUNT.c.balance, ACCOUNT.c.level).where(ACCOUNT.c.member_id == member_id)
    ).one_or_none()
    took = _took(activity, member_id)
    rows = connection.execute(took.order_by(took.selected_columns[0].desc()).limit(NEWEST))
    return Player(
        member,
        points.balance if points is not None else 0,
        points.level if points is not None else "",
        tuple(Took(row[0], str(row[1])) for row in rows),
        is_operator(connection, member_id),
    )


def is_operator(connection: Connection, member_id: int) -> bool:
    """Return whether the member is bound as an operator through any of their addresses."""
    bound = _bound().where(IDENTITY.c.member_id == member_id)
    return connection.execute(bound.limit(1)).scalar() is not None


def operators(connection: Connection) -> frozenset[int]:
    """Return the members bound as operators."""
    return frozenset(connection.execute(_bound()).scalars())


def _bound() -> Select[Any]:
    return (
        select(IDENTITY.c.member_id)
        .join(OPERATOR, IDENTITY.c.known_as == OPERATOR.c.known_as)
        .where(OPERATOR.c.revoked_at.is_(None))
    )


def _took(activity: Activity, member_id: int) -> Select[Any]:
    """Return a statement for what the member did: (moment, word)."""
    if isinstance(activity, CheckIn):
        return select(CHECK_IN.c.at, CHECK_IN.c.day).where(CHECK_IN.c.member_id == member_id)
    if isinstance(activity, Lottery):
        mine = (ENTRY.c.member_id == member_id, ENTRY.c.draw == activity.name)
        return select(ENTRY.c.at, ENTRY.c.prize).where(*mine)
    if isinstance(activity, Referral):
        return select(REFERRAL.c.at, REFERRAL.c.state).where(REFERRAL.c.inviter_id == member_id)
    if isinstance(activity, FlashSale):
        mine = (COUPON.c.member_id == member_id, COUPON.c.batch == activity.coupon)
        return select(COUPON.c.taken_at, COUPON.c.state).where(*mine, COUPON.c.taken_at.is_not(None))
    if isinstance(activity, GroupBuy):
        return (
            select(JOINED.c.at, PARTY.c.state)
            .join(PARTY, PARTY.c.id == JOINED.c.party_id)
            .where(JOINED.c.member_id == member_id, PARTY.c.name == activity.name)
        )
    return select(ANSWER.c.at, literal("answered")).where(
        ANSWER.c.member_id == member_id, ANSWER.c.name == activity.name
    )
