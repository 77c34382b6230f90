"""Followers known to a platform, taken over in pages without anything happening to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, update

from bot.domain.events import IMPORTED, InboundEvent
from bot.domain.identity import UNIONID, Identity, identity
from storage import members
from storage.dialect import chunks
from storage.profile import refresh_unfollowed
from storage.tables import table
from storage.tables.members import IdentityRow

IDENTITY = table(IdentityRow)


@dataclass(frozen=True, slots=True)
class Taken:
    """What one page brought: how many members are new, and how many were known already."""

    new: int
    known: int


def take_over(
    connection: Connection,
    account: str,
    addresses: Sequence[str],
    now: datetime,
    unionids: Mapping[str, str] | None = None,
    since: Mapping[str, datetime] | None = None,
) -> Taken:
    """Make members of these followers; no event is stored, so no rule hears of them.

    `unionids` and `since` tell, by address, what the platform knows besides. Taking the same page over
    again changes nothing.
    """
    named = [identity(account, address) for address in dict.fromkeys(addresses)]
    before = members.owners_of(connection, named)
    events = [
        InboundEvent(
            key="",
            account=account,
            kind=IMPORTED,
            at=min((since or {}).get(_address(one), now), now),
            known_as=one,
            also_known_as=_union(unionids, one),
            silent=True,
        )
        for one in named
    ]
    ids = [found for found in members.resolve(connection, events, now) if found is not None]
    for chunk in chunks(named):
        connection.execute(
            update(IDENTITY)
            .where(IDENTITY.c.known_as.in_(chunk), ~IDENTITY.c.following)
            .values(following=True, source=IDENTITY.c.account)
        )
    refresh_unfollowed(connection, ids)
    return Taken(len(named) - len(before), len(before))


def _address(known_as: Identity) -> str:
    return known_as.partition(":")[2]


def _union(unionids: Mapping[str, str] | None, known_as: Identity) -> tuple[Identity, ...]:
    unionid = (unionids or {}).get(_address(known_as), "")
    return (identity(UNIONID, unionid),) if unionid else ()
