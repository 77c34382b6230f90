"""What a brought member's order earns while its reward waits: stopped, taken up again, and given."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from bot.domain.effects import IssueCoupon
from bot.domain.events import REFERRAL_QUALIFIED, Scalar
from bot.domain.identity import number_of
from bot.domain.lifecycle.enrollment import EnrollmentState
from storage import announcements
from storage.announcements import ANNOUNCEMENT
from storage.tables import table
from storage.tables.activities import ReferralRow
from storage.tables.lifecycle import EnrollmentRow

ENROLLMENT = table(EnrollmentRow)
REFERRAL = table(ReferralRow)
BASIS = "referral"
STOPPED = "referral_held"
QUALIFIED, REWARDED = "qualified", "rewarded"


def announce(connection: Connection, member_id: int, inviter_id: int, order_id: str, now: datetime) -> None:
    """Tell the rules that somebody brought a member who ordered."""
    told: dict[str, Scalar] = {
        "invitee_id": number_of(member_id),
        "referrer_id": number_of(inviter_id),
        "order_id": order_id,
        "order_settled": True,
        "same_payer": False,
    }
    announcements.announce(connection, [(_key(member_id), inviter_id, told)], REFERRAL_QUALIFIED, now)


def stop(connection: Connection, member_id: int, inviter_id: int, now: datetime) -> None:
    """End the inviter's runs for this newcomer, and what was not told to the rules yet.

    When a run would have gone on stays noted: a reward released early still waits out the time for refunds.
    """
    connection.execute(delete(ANNOUNCEMENT).where(ANNOUNCEMENT.c.key == _key(member_id)))
    ended = {"state": EnrollmentState.EXITED.value, "reason": STOPPED, "ended_at": now}
    mine = (ENROLLMENT.c.member_id == inviter_id, ENROLLMENT.c.key == number_of(member_id))
    active = ENROLLMENT.c.state == EnrollmentState.ACTIVE.value
    connection.execute(update(ENROLLMENT).where(*mine, active).values(ended))


def resume(connection: Connection, member_id: int, inviter_id: int, order_id: str, now: datetime) -> None:
    """Let stopped runs go on where and when they would have; where none was, tell the rules."""
    due = func.coalesce(ENROLLMENT.c.due_at, now)
    going = {"state": EnrollmentState.ACTIVE.value, "reason": "", "ended_at": None, "due_at": due}
    stopped = update(ENROLLMENT).where(*_stopped(member_id, inviter_id))
    if not connection.execute(stopped.values(going)).rowcount:
        announce(connection, member_id, inviter_id, order_id, now)


def drop(connection: Connection, member_id: int, inviter_id: int) -> None:
    """Let stopped runs rest for good."""
    connection.execute(update(ENROLLMENT).where(*_stopped(member_id, inviter_id)).values(due_at=None))


def unearned(connection: Connection, actions: Sequence[IssueCoupon]) -> set[str]:
    """Return the keys of those rewards whose newcomer does not count, or does no longer."""
    return {
        action.key
        for action in actions
        if action.basis == BASIS
        if (found := _earned_by(connection, action)) is not None and found[1] not in (QUALIFIED, REWARDED)
    }


def given(connection: Connection, actions: Sequence[IssueCoupon], now: datetime) -> None:
    """Note for whom the reward was given."""
    for action in actions:
        found = _earned_by(connection, action) if action.basis == BASIS else None
        if found is not None:
            counted = (REFERRAL.c.member_id == found[0], REFERRAL.c.state == QUALIFIED)
            connection.execute(update(REFERRAL).where(*counted).values(state=REWARDED, settled_at=now))


def _earned_by(connection: Connection, action: IssueCoupon) -> tuple[int, str] | None:
    """Return (newcomer, state) of what the run that gives this coupon is about; None for any other run.

    On PostgreSQL the row is held: an order paid back at this moment comes before or after the coupon.
    """
    run = action.key.rpartition("/")[0]
    key = connection.execute(select(ENROLLMENT.c.key).where(ENROLLMENT.c.id == run)).scalar() or ""
    number = str(key).removeprefix("m")
    if not number.isdecimal() or number_of(int(number)) != key:
        return None
    mine = (REFERRAL.c.member_id == int(number), REFERRAL.c.inviter_id == action.member_id)
    row = connection.execute(
        select(REFERRAL.c.member_id, REFERRAL.c.state).where(*mine).with_for_update()
    ).one_or_none()
    return (int(row.member_id), str(row.state)) if row is not None else None


def _stopped(member_id: int, inviter_id: int) -> tuple[ColumnElement[bool], ...]:
    mine = (ENROLLMENT.c.member_id == inviter_id, ENROLLMENT.c.key == number_of(member_id))
    return (*mine, ENROLLMENT.c.state == EnrollmentState.EXITED.value, ENROLLMENT.c.reason == STOPPED)


def _key(member_id: int) -> str:
    return f"referral:{member_id}#qualified"
