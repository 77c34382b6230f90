"""Places in groups that buy, when who has one turns out to be somebody else, or leaves.

A place and the coupon set aside for it stand and fall together.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, and_, delete, select, update

from storage import coupons
from storage.tables import table
from storage.tables.activities import PartyMemberRow, PartyRow

PARTY = table(PartyRow)
JOINED = table(PartyMemberRow)
OPEN, FILLED, EXPIRED = "open", "filled", "expired"


def unite(connection: Connection, members: Iterable[int], now: datetime) -> None:
    """Leave these members, who are one person, one place in each open group: the one taken first.

    What ended stays as it was given. Different groups both go on: others count on them.
    """
    held: set[int] = set()
    for party_id, member_id in _held(connection, members):
        if party_id in held:
            _free(connection, party_id, member_id, now)
        held.add(party_id)


def leave(connection: Connection, member_id: int, now: datetime) -> None:
    """Free the places of a member in open groups; a group with nobody left has ended."""
    for party_id, _ in _held(connection, [member_id]):
        _free(connection, party_id, member_id, now)
    connection.execute(
        update(PARTY).where(PARTY.c.state == OPEN, PARTY.c.joined == 0).values(state=EXPIRED, ended_at=now)
    )


def _held(connection: Connection, members: Iterable[int]) -> list[tuple[int, int]]:
    """Return (group, member) of places in open groups, which are held until the transaction ends."""
    found = connection.execute(
        select(PARTY.c.id, JOINED.c.member_id)
        .join(JOINED, JOINED.c.party_id == PARTY.c.id)
        .where(PARTY.c.state == OPEN, JOINED.c.member_id.in_(sorted(members)))
        .order_by(PARTY.c.id, JOINED.c.at, JOINED.c.member_id)
        .with_for_update(of=PARTY)
    )
    return [(party_id, member_id) for party_id, member_id in found]


def _free(connection: Connection, party_id: int, member_id: int, now: datetime) -> None:
    mine = and_(JOINED.c.party_id == party_id, JOINED.c.member_id == member_id)
    key = connection.execute(select(JOINED.c.coupon_key).where(mine)).scalar_one()
    coupons.give_back(connection, [key], now)
    connection.execute(delete(JOINED).where(mine))
    connection.execute(update(PARTY).where(PARTY.c.id == party_id).values(joined=PARTY.c.joined - 1))
