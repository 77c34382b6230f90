"""Carrying out what was decided, in bulk: effects in, rows out, inside the caller's transaction.

Effects of one kind on one thing are reduced to their outcome first, in the order they were decided,
so that a group of events costs a few statements and not one each. `Emit` is not written here: the
event it announces goes through the rules first and then into `storage.events`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.domain import effects as fx
from bot.domain.lifecycle.enrollment import Enrollment
from bot.domain.outbox import OutboxMessage
from bot.domain.value import value
from storage import allowances, attempts, enrollments, erasure, tags
from storage.carrying import IN_BULK
from storage.outbox import queue

Planned = Mapping[type, Sequence[tuple[Any, str]]]
# Effects whose order among each other matters are kept together.
_TOGETHER: Mapping[type, type] = {
    fx.CancelMessages: fx.QueueMessage,
    fx.MoveEnrollment: fx.Enroll,
    fx.RemoveTag: fx.AddTag,
    fx.LeaveGroup: fx.JoinGroup,
    fx.EndSilence: fx.Suppress,
}


@value
class Applied:
    """What came of it.

    `outcomes` holds, for each group of effects given, what its attempts and coupons led to: replies
    and events (`Emit`) that only now are known, already applied but for the events. `woken` tells
    whether something became due at once.
    """

    outcomes: tuple[Sequence[fx.Effect], ...]
    woken: bool


def apply(
    connection: Connection,
    groups: Sequence[Sequence[fx.Effect]],
    now: datetime,
    through: Sequence[str] = (),
) -> Applied:
    """Carry out groups of effects, one group an event, in the order given.

    `through` names for each group the account its event came through, so that an unfollow can take
    away again what came that way.
    """
    outcomes = attempts.resolve(connection, groups, now)
    plan = _plan(groups, outcomes, through or [""] * len(groups))
    for kind, carry_out in IN_BULK.items():
        found = plan.get(kind)
        if found:
            carry_out(connection, found, now)
    tags.change(connection, plan.get(fx.AddTag, ()))
    woken = _runs(connection, plan.get(fx.Enroll, ()), now)
    woken = _deliveries(connection, plan.get(fx.QueueMessage, ()), now) or woken
    woken = _doors(connection, plan) or woken
    # Last, so that nothing decided for the same member survives it.
    for effect, _ in plan.get(fx.EraseMember, ()):
        if effect.account:
            erasure.unfollowed(connection, effect.member_id, effect.account, now)
        else:
            erasure.everything(connection, effect.member_id, now)
    return Applied(tuple(outcomes), woken)


def _plan(
    groups: Sequence[Sequence[fx.Effect]], outcomes: Sequence[Sequence[fx.Effect]], accounts: Sequence[str]
) -> Planned:
    """Return the effects by kind, each with the account it came through."""
    plan: dict[type, list[tuple[Any, str]]] = {}
    for group, outcome, account in zip(groups, outcomes, accounts, strict=True):
        for effect in (*group, *outcome) if outcome else group:
            kind = type(effect)
            plan.setdefault(_TOGETHER.get(kind, kind), []).append((effect, account))
    return plan


def _runs(connection: Connection, found: Sequence[tuple[Any, str]], now: datetime) -> bool:
    runs = [effect for effect, _ in found]
    if not runs:
        return False
    enrollments.apply(connection, runs, now)
    return any(_due(run.enrollment, now) for run in runs)


def _due(run: Enrollment, now: datetime) -> bool:
    return run.active and run.due_at is not None and run.due_at <= now


def _deliveries(connection: Connection, found: Sequence[tuple[Any, str]], now: datetime) -> bool:
    """Queue and cancel in the order decided: a cancel ends what was queued before it only."""
    queued: list[OutboxMessage] = []
    woken = False
    for wish, _ in found:
        if isinstance(wish, fx.QueueMessage):
            queued.append(wish.message)
            woken = woken or wish.message.due_at <= now
            continue
        queue.enqueue(connection, queued)
        queued = []
        woken = queue.cancel(connection, [wish]) > 0 or woken
    queue.enqueue(connection, queued)
    return woken


def _doors(connection: Connection, plan: Planned) -> bool:
    windows = [effect for effect, _ in plan.get(fx.OpenWindow, ())]
    grants = [effect for effect, _ in plan.get(fx.EarnGrant, ())]
    woken = allowances.open_windows(connection, windows) if windows else 0
    return (allowances.earn(connection, grants) if grants else 0) + woken > 0
