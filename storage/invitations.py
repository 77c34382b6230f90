"""Members' own codes to invite by: a scene nobody can guess, and the QR code the platform made for it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import token_hex

from sqlalchemy import Connection, func, or_, select, update

from bot.domain.account import SourceCode
from bot.domain.effects import Invite
from storage.dialect import insert_new
from storage.outcomes import Came
from storage.tables import table
from storage.tables.activities import InvitationRow, ReferralRow

INVITATION = table(InvitationRow)
REFERRAL = table(ReferralRow)
PREFIX = "ref_"
SCENE_BYTES = 12
# The platform keeps such a code for 30 days; it is made anew a little before.
LASTS = timedelta(days=29)
BROUGHT = ("qualified", "rewarded")


def invite(connection: Connection, actions: Sequence[Invite], now: datetime) -> list[Came]:
    """Give each member a code; the picture of it is made after the commit."""
    return [_invited(connection, one, now) for one in actions]


def inviter_of(connection: Connection, scene: str) -> int | None:
    """Return whose code this is."""
    found: int | None = connection.execute(
        select(INVITATION.c.member_id).where(INVITATION.c.scene == scene)
    ).scalar()
    return found


def unmade(connection: Connection, limit: int) -> list[tuple[int, str, str]]:
    """Return codes asked for whose picture is still to be made: (member id, scene, account)."""
    rows = connection.execute(
        select(INVITATION.c.member_id, INVITATION.c.scene, INVITATION.c.account)
        .where(INVITATION.c.url == "")
        .order_by(INVITATION.c.at)
        .limit(limit)
    )
    return [(member_id, scene, account) for member_id, scene, account in rows]


def made(connection: Connection, member_id: int, code: SourceCode, now: datetime) -> None:
    """Keep the code that the platform made."""
    values = {"ticket": code.ticket, "url": code.url, "at": now}
    connection.execute(update(INVITATION).where(INVITATION.c.member_id == member_id).values(values))


def _invited(connection: Connection, one: Invite, now: datetime) -> Came:
    row = {
        "member_id": one.member_id, "scene": f"{PREFIX}{token_hex(SCENE_BYTES)}", "at": now,
        "account": one.account, "ticket": "", "url": "",
    }  # fmt: skip
    insert_new(connection, INVITATION, [row], ["member_id"])
    mine = INVITATION.c.member_id == one.member_id
    old = or_(INVITATION.c.at <= now - LASTS, INVITATION.c.account != one.account)
    connection.execute(
        update(INVITATION).where(mine, old).values(ticket="", url="", at=now, account=one.account)
    )
    brought = select(REFERRAL.c.state, func.count()).where(REFERRAL.c.inviter_id == one.member_id)
    states = {state: int(count) for state, count in connection.execute(brought.group_by(REFERRAL.c.state))}
    url = connection.execute(select(INVITATION.c.url).where(mine)).scalar_one()
    return Came(
        facts={
            "came": sum(states.values()),
            "ordered": sum(states.get(state, 0) for state in BROUGHT),
            "ready": bool(url),
            "url": url,
        }
    )
