"""Who was brought by whom: one inviter for ever, one level, nothing for what looks like abuse."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select, update

from bot.domain.activities.terms import Crowd
from bot.domain.effects import LeaveReferral, NoteReferral, QualifyReferral, RefundReferral
from bot.domain.identity import number_of
from storage import alerts, rewards
from storage.dialect import insert_new, lock_members
from storage.erasure import digest_of
from storage.invitations import REFERRAL, inviter_of
from storage.outcomes import Came
from storage.privacy import ring_of
from storage.referral_flags import CROWD, LEFT, flags_of, is_crowd
from storage.revoking import revoke_brought
from storage.tables import table
from storage.tables.members import IdentityRow, TombstoneRow

IDENTITY = table(IdentityRow)
TOMBSTONE = table(TombstoneRow)
FOLLOWED, QUALIFIED, REWARDED = "followed", "qualified", "rewarded"
HELD, CLAWED_BACK, REFUSED = "held", "clawed_back", "refused"
# Who unfollows sooner than this came for nothing but the count.
STAYED = timedelta(hours=1)
# A chain of inviters longer than this is followed no further.
LONGEST_CHAIN = 64


def note(connection: Connection, actions: Sequence[NoteReferral], now: datetime) -> list[Came]:
    """Note who brought newcomers."""
    return [_noted(connection, one, now) for one in actions]


def qualify(connection: Connection, actions: Sequence[QualifyReferral], now: datetime) -> list[Came]:
    """Let first orders count for who brought the member, or hold what looks like abuse."""
    return [_qualified(connection, one, now) for one in actions]


def refund(connection: Connection, actions: Sequence[RefundReferral], now: datetime) -> list[Came]:
    """Take back what orders that were paid back had earned."""
    return [_refunded(connection, one, now) for one in actions]


def leave(connection: Connection, actions: Sequence[LeaveReferral], now: datetime) -> list[Came]:
    """Hold those who unfollow within the hour in which they came."""
    return [_left(connection, one, now) for one in actions]


def settle(connection: Connection, member_id: int, *, good: bool, now: datetime) -> str:
    """Let a held one count, or refuse it for good; return the state it had (empty: there is none)."""
    row = connection.execute(
        select(REFERRAL).where(REFERRAL.c.member_id == member_id).with_for_update()
    ).one_or_none()
    if row is None or row.state != HELD:
        return row.state if row is not None else ""
    state = QUALIFIED if good else REFUSED
    _move(connection, member_id, state, now)
    if good:
        rewards.resume(connection, row.member_id, row.inviter_id, row.order_id, now)
    else:
        rewards.drop(connection, row.member_id, row.inviter_id)
    return HELD


def _noted(connection: Connection, one: NoteReferral, now: datetime) -> Came:
    inviter = inviter_of(connection, one.scene)
    if inviter is None:
        return Came("unknown")
    # Newcomers of one inviter are noted one after the other, or two at once would pass the cap together.
    lock_members(connection, [inviter, one.member_id])
    reason = _kept_out(connection, one, inviter)
    if reason:
        return Came(reason)
    limit = one.activity.per_inviter
    recent = [REFERRAL.c.inviter_id == inviter]
    if limit.window is not None:
        recent.append(REFERRAL.c.at > now - limit.window)
    if connection.execute(select(func.count()).where(*recent)).scalar_one() >= limit.count:
        return Came("limit")
    row = {
        "member_id": one.member_id, "inviter_id": inviter, "at": now, "state": FOLLOWED, "flags": "",
        "order_id": "", "qualified_at": None, "settled_at": None,
    }  # fmt: skip
    insert_new(connection, REFERRAL, [row], ["member_id"])
    _hold_crowd(connection, inviter, one.activity.crowd, now)
    return Came(facts={"inviter": number_of(inviter)})


def _kept_out(connection: Connection, one: NoteReferral, inviter: int) -> str:
    if inviter == one.member_id:
        return "self"
    if not one.first or _was_here(connection, one.member_id):
        return "known"
    brought = select(REFERRAL.c.inviter_id).where(REFERRAL.c.member_id == one.member_id)
    if connection.execute(brought).first():
        return "again"
    return "ring" if _brought_by(connection, inviter, one.member_id) else ""


def _was_here(connection: Connection, member_id: int) -> bool:
    """Return whether anybody of these names was here before and was forgotten."""
    ring = ring_of(connection)
    names = select(IDENTITY.c.known_as).where(IDENTITY.c.member_id == member_id)
    digests = [digest_of(ring, known_as) for known_as in connection.execute(names).scalars()]
    buried = select(TOMBSTONE.c.digest).where(TOMBSTONE.c.digest.in_(digests))
    return connection.execute(buried.limit(1)).first() is not None


def _brought_by(connection: Connection, member_id: int, ancestor: int) -> bool:
    """Return whether somebody stands above a member in the chain of inviters."""
    for _ in range(LONGEST_CHAIN):
        above = select(REFERRAL.c.inviter_id).where(REFERRAL.c.member_id == member_id)
        found = connection.execute(above).scalar()
        if found is None:
            return False
        if found == ancestor:
            return True
        member_id = int(found)
    return True


def _qualified(connection: Connection, one: QualifyReferral, now: datetime) -> Came:
    row = connection.execute(
        select(REFERRAL).where(REFERRAL.c.member_id == one.member_id).with_for_update()
    ).one_or_none()
    if row is None or row.state != FOLLOWED:
        return Came("unknown")
    flags = flags_of(connection, one, row)
    state = HELD if flags else QUALIFIED
    values = {"state": state, "flags": " ".join(flags), "order_id": one.order_id, "qualified_at": now}
    connection.execute(update(REFERRAL).where(REFERRAL.c.member_id == one.member_id).values(values))
    if flags:
        _raise(connection, row, flags, now)
        return Came(HELD)
    rewards.announce(connection, row.member_id, row.inviter_id, one.order_id, now)
    return Came()


def _left(connection: Connection, one: LeaveReferral, now: datetime) -> Came:
    row = connection.execute(
        select(REFERRAL).where(REFERRAL.c.member_id == one.member_id).with_for_update()
    ).one_or_none()
    if row is None or now - row.at >= STAYED or row.state not in (FOLLOWED, QUALIFIED):
        return Came("unknown")
    if row.state == QUALIFIED:
        _hold(connection, row, LEFT, now)
        return Came(HELD)
    connection.execute(update(REFERRAL).where(REFERRAL.c.member_id == one.member_id).values(flags=LEFT))
    return Came()


def _hold_crowd(connection: Connection, inviter: int, crowd: Crowd, now: datetime) -> None:
    """Hold those of a crowd whose order counted before the crowd was complete; what was given stays."""
    if not is_crowd(connection, inviter, now, crowd):
        return
    early = (
        REFERRAL.c.inviter_id == inviter,
        REFERRAL.c.state == QUALIFIED,
        REFERRAL.c.at > now - crowd.within,
    )
    rows = connection.execute(select(REFERRAL).where(*early).order_by(REFERRAL.c.member_id).with_for_update())
    for row in rows.all():
        _hold(connection, row, CROWD, now)


def _hold(connection: Connection, row: Any, flag: str, now: datetime) -> None:
    """Hold one that counted already; its reward waits until an operator settles it."""
    flags = [*str(row.flags).split(), flag]
    values = {"state": HELD, "flags": " ".join(flags), "settled_at": now}
    connection.execute(update(REFERRAL).where(REFERRAL.c.member_id == row.member_id).values(values))
    rewards.stop(connection, row.member_id, row.inviter_id, now)
    _raise(connection, row, flags, now)


def _raise(connection: Connection, row: Any, flags: Sequence[str], now: datetime) -> None:
    text = f"{number_of(row.member_id)} by {number_of(row.inviter_id)}: {' '.join(flags)}"
    alerts.raise_(connection, "referrals", "warning", text, now)


def _refunded(connection: Connection, one: RefundReferral, now: datetime) -> Came:
    mine = (REFERRAL.c.member_id == one.member_id, REFERRAL.c.order_id == one.order_id)
    row = connection.execute(select(REFERRAL).where(*mine).with_for_update()).one_or_none()
    if row is None or not one.order_id or row.state not in (QUALIFIED, HELD, REWARDED):
        return Came("unknown")
    _move(connection, one.member_id, CLAWED_BACK, now)
    rewards.drop(connection, row.member_id, row.inviter_id)
    used = revoke_brought(connection, row.inviter_id, number_of(one.member_id), "referral_refunded", now)
    if used:
        text = f"{number_of(row.inviter_id)} used {used} coupon(s) earned by an order that was paid back"
        alerts.raise_(connection, "referrals", "warning", text, now)
    return Came()


def _move(connection: Connection, member_id: int, state: str, now: datetime) -> None:
    values = {"state": state, "settled_at": now}
    connection.execute(update(REFERRAL).where(REFERRAL.c.member_id == member_id).values(values))
