"""Key opinion customers: whom others listen to, by what they read, whom they bring, what those spend."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, func, select

from bot.domain.events import GROUP_MESSAGE, LINK_CLICKED, MESSAGE, ORDER_PAID, ORDER_REFUNDED
from storage.dialect import chunks
from storage.tables import table
from storage.tables.activities import ReferralRow
from storage.tables.events import EventRow
from storage.tables.members import TallyRow

REFERRAL = table(ReferralRow)
TALLY = table(TallyRow)
EVENT = table(EventRow)
WINDOW = timedelta(days=90)
COUNTED = ("qualified", "rewarded")
SAID_AND_READ = (MESSAGE, GROUP_MESSAGE, LINK_CLICKED)
WHOLE = 100


@dataclass(frozen=True, slots=True)
class Koc:
    """A member's place: each of the three as a percentile among those who brought anybody, 0 to 100.

    `index` is their mean.
    """

    member_id: int
    content: int
    referral: int
    influence: int
    index: int


def ranking(connection: Connection, now: datetime, most: int) -> list[Koc]:
    """Return those who brought somebody within 90 days, the highest index first.

    Content: what they said and opened within 90 days. Referral: newcomers of theirs who ordered. Influence:
    what all their newcomers paid less what was paid back, in 分.
    """
    brought = _pairs(
        connection,
        select(REFERRAL.c.inviter_id, func.count())
        .where(REFERRAL.c.state.in_(COUNTED), REFERRAL.c.at > now - WINDOW)
        .group_by(REFERRAL.c.inviter_id),
    )
    if not brought:
        return []
    spoke: dict[int, int] = {}
    for part in chunks(sorted(brought)):
        said = select(EVENT.c.member_id, func.count()).where(
            EVENT.c.member_id.in_(part), EVENT.c.kind.in_(SAID_AND_READ), EVENT.c.at > now - WINDOW
        )
        spoke |= _pairs(connection, said.group_by(EVENT.c.member_id))
    moved = _moved(connection)
    found = [_place(member_id, brought, spoke, moved) for member_id in brought]
    return sorted(found, key=lambda one: (-one.index, one.member_id))[:most]


def _moved(connection: Connection) -> dict[int, int]:
    sign = case((TALLY.c.kind == ORDER_PAID, 1), else_=-1)
    paid = TALLY.c.kind.in_((ORDER_PAID, ORDER_REFUNDED))
    return _pairs(
        connection,
        select(REFERRAL.c.inviter_id, func.sum(TALLY.c.amount * sign))
        .join(TALLY, (TALLY.c.member_id == REFERRAL.c.member_id) & paid)
        .where(REFERRAL.c.state.in_(COUNTED))
        .group_by(REFERRAL.c.inviter_id),
    )


def _place(member_id: int, brought: dict[int, int], spoke: dict[int, int], moved: dict[int, int]) -> Koc:
    content, referral, influence = (_percentile(member_id, kind, brought) for kind in (spoke, brought, moved))
    return Koc(member_id, content, referral, influence, round((content + referral + influence) / 3))


def _percentile(member_id: int, values: dict[int, int], among: dict[int, int]) -> int:
    """Return which share of the others this member equals or exceeds, in percent."""
    mine = values.get(member_id, 0)
    return round(WHOLE * sum(values.get(other, 0) <= mine for other in among) / len(among))


def _pairs(connection: Connection, statement: Any) -> dict[int, int]:
    return {int(member_id): int(count or 0) for member_id, count in connection.execute(statement)}
