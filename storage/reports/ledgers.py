"""Whether every ledger balances: points, coupons, draws, groups that buy, invitations."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, select

from bot.domain.coupons import CouponState
from storage.redemption import standing
from storage.tables import table
from storage.tables.activities import (
    DrawEntryRow,
    DrawPrizeRow,
    DrawRow,
    PartyMemberRow,
    PartyRow,
    ReferralRow,
)
from storage.tables.delivery import CouponBatchRow, CouponRow
from storage.tables.points import PointAccountRow, PointChangeRow

CHANGE = table(PointChangeRow)
ACCOUNT = table(PointAccountRow)
BATCH = table(CouponBatchRow)
COUPON = table(CouponRow)
DRAW = table(DrawRow)
ENTRY = table(DrawEntryRow)
PRIZE = table(DrawPrizeRow)
PARTY = table(PartyRow)
JOINED = table(PartyMemberRow)
REFERRAL = table(ReferralRow)


@dataclass(frozen=True, slots=True)
class Audit:
    """How many entries were looked at, and each that does not balance, in words."""

    looked_at: int
    wrong: tuple[str, ...]


def audited(connection: Connection) -> Audit:
    """Hold every ledger against its own entries."""
    wrong = [fault for each in _AUDITS for fault in each(connection)]
    books = (CHANGE, COUPON, ENTRY, JOINED, REFERRAL)
    return Audit(sum(_count(connection, book) for book in books), tuple(wrong))


def _count(connection: Connection, book: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(book)).scalar_one())


def _points(connection: Connection) -> Iterator[str]:
    """Every balance is the sum of its changes, and none is below zero."""
    summed = dict(
        connection.execute(
            select(CHANGE.c.member_id, func.sum(CHANGE.c.delta)).group_by(CHANGE.c.member_id)
        ).all()
    )
    kept = dict(connection.execute(select(ACCOUNT.c.member_id, ACCOUNT.c.balance)).all())
    for member_id in sorted(summed.keys() | kept.keys()):
        balance, total = kept.get(member_id, 0), int(summed.get(member_id, 0))
        if balance != total or balance < 0:
            yield f"points of m{member_id}: {balance} kept, {total} summed"


def _coupons(connection: Connection) -> Iterator[str]:
    """The states of a batch sum up to its stock, and no code has two owners."""
    for name, stock in connection.execute(select(BATCH.c.name, BATCH.c.stock)).all():
        states = standing(connection, name)
        if sum(states.values()) != stock or states[CouponState.FREE] < 0:
            yield f"coupons of {name}: {states} of {stock}"


def _draws(connection: Connection) -> Iterator[str]:
    """Entries are numbered without a gap, and no prize went out more often than there were."""
    counted = select(ENTRY.c.draw, func.count(), func.max(ENTRY.c.number)).group_by(ENTRY.c.draw)
    for name, count, last in connection.execute(counted).all():
        if count != last:
            yield f"draw {name}: {count} entries, the last is number {last}"
    for name, prize, stock, given in connection.execute(select(PRIZE)).all():
        if stock is not None and given > stock:
            yield f"draw {name}: {given} of {stock} {prize}"


def _parties(connection: Connection) -> Iterator[str]:
    """As many as joined are counted, never more than the size, and a filled group is full."""
    inside = (
        select(func.coalesce(func.sum(JOINED.c.places), 0))
        .where(JOINED.c.party_id == PARTY.c.id)
        .scalar_subquery()
    )
    rows = connection.execute(select(PARTY.c.code, PARTY.c.size, PARTY.c.joined, PARTY.c.state, inside)).all()
    for code, size, joined, state, count in rows:
        if joined != count or joined > size or (state == "filled" and joined != size):
            yield f"group {code}: {joined} counted, {count} there, {size} wanted, {state}"


def _referrals(connection: Connection) -> Iterator[str]:
    """Nobody brought themselves, and no two brought each other."""
    pairs = dict(connection.execute(select(REFERRAL.c.member_id, REFERRAL.c.inviter_id)).all())
    for member_id, inviter_id in pairs.items():
        if member_id == inviter_id or pairs.get(inviter_id) == member_id:
            yield f"referral of m{member_id} by m{inviter_id}"


_AUDITS: tuple[Callable[[Connection], Iterator[str]], ...] = (
    _points, _coupons, _draws, _parties, _referrals,
)  # fmt: skip
