"""Members' own codes to invite by: a scene nobody can guess, and the QR code the platform made for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select, update

from bot.domain.account import SourceCode
from bot.domain.effects import Invite
from bot.domain.events import Scalar
from storage.dialect import insert_new
from storage.outcomes import Came
from storage.patience import rest
from storage.tables import table
from storage.tables.activities import InvitationRow, ReferralRow

INVITATION = table(InvitationRow)
REFERRAL = table(ReferralRow)
PREFIX = "ref_"
SCENE_BYTES = 12
# The platform keeps such a code for 30 days; it is made anew a little before.
LASTS = timedelta(days=29)
BROUGHT = ("qualified", "rewarded")
MAKING = "making"
# How long an attempt may take before another begins: doubled each time.
SOON, LATE = timedelta(seconds=30), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Making:
    """A code being made on the platform: whose, its scene, by which account, since when, which attempt."""

    member_id: int
    scene: str
    account: str
    asked_at: datetime
    attempt: int


def invite(connection: Connection, actions: Sequence[Invite], now: datetime) -> list[Came]:
    """Give each member a code; what is not made yet is made after the commit."""
    return [_invited(connection, one, now) for one in actions]


def inviter_of(connection: Connection, scene: str) -> int | None:
    """Return whose code this is."""
    found: int | None = connection.execute(
        select(INVITATION.c.member_id).where(INVITATION.c.scene == scene)
    ).scalar()
    return found


def waiting(connection: Connection, accounts: Iterable[str], now: datetime) -> bool:
    """Return whether a code of these accounts is to be made now."""
    return connection.execute(_due(accounts, now).limit(1)).first() is not None


def claim(connection: Connection, accounts: Iterable[str], now: datetime, limit: int) -> list[Making]:
    """Take codes that are to be made, for a while: until then nobody else makes them.

    The while grows with every attempt, so a code that the platform refuses stands in nobody's way.
    """
    due = _due(accounts, now).order_by(INVITATION.c.due_at).limit(limit).with_for_update(skip_locked=True)
    found = [
        Making(row.member_id, row.scene, row.account, row.at, row.attempts + 1)
        for row in connection.execute(due)
    ]
    for one in found:
        again = now + rest(SOON, LATE, one.attempt - 1)
        mine = INVITATION.c.member_id == one.member_id
        connection.execute(update(INVITATION).where(mine).values(attempts=one.attempt, due_at=again))
    return found


def made(connection: Connection, making: Making, code: SourceCode, now: datetime) -> bool:
    """Keep the code that the platform made; false where another attempt has begun, or made it already."""
    mine = (
        INVITATION.c.member_id == making.member_id,
        INVITATION.c.attempts == making.attempt,
        INVITATION.c.account == making.account,
        INVITATION.c.url == "",
    )
    values = {"ticket": code.ticket, "url": code.url, "at": now}
    return connection.execute(update(INVITATION).where(*mine).values(values)).rowcount == 1


def _due(accounts: Iterable[str], now: datetime) -> Select[Any]:
    return select(INVITATION).where(
        INVITATION.c.url == "", INVITATION.c.due_at <= now, INVITATION.c.account.in_(sorted(accounts))
    )


def _invited(connection: Connection, one: Invite, now: datetime) -> Came:
    row = {
        "member_id": one.member_id, "scene": f"{PREFIX}{token_hex(SCENE_BYTES)}", "at": now,
        "account": one.account, "ticket": "", "url": "", "attempts": 0, "due_at": now,
    }  # fmt: skip
    insert_new(connection, INVITATION, [row], ["member_id"])
    mine = INVITATION.c.member_id == one.member_id
    old = or_(INVITATION.c.at <= now - LASTS, INVITATION.c.account != one.account)
    connection.execute(
        update(INVITATION)
        .where(mine, old)
        .values(ticket="", url="", at=now, due_at=now, attempts=0, account=one.account)
    )
    brought = select(REFERRAL.c.state, func.count()).where(REFERRAL.c.inviter_id == one.member_id)
    states = {state: int(count) for state, count in connection.execute(brought.group_by(REFERRAL.c.state))}
    url = connection.execute(select(INVITATION.c.url).where(mine)).scalar_one()
    facts: dict[str, Scalar] = {
        "came": sum(states.values()),
        "ordered": sum(states.get(state, 0) for state in BROUGHT),
        "url": url,
    }
    return Came("" if url else MAKING, facts)
