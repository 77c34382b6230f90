"""Carrying out what was decided, in bulk: effects in, rows out, inside the caller's transaction.

Effects of one kind on one thing are reduced to their outcome first, in the order they were decided,
so that a group of events costs a few statements and not one each. `Emit` is not written here: the
event it announces goes through the rules first and then into `storage.events`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.domain import effects as fx
from bot.domain.lifecycle.enrollment import Enrollment
from bot.domain.value import value
from storage import allowances, attempts, enrollments, erasure, tags
from storage.carrying import IN_BULK
from storage.outbox import queue


@value
class Applied:
    """What came of it.

    `outcomes` holds, for each group of effects given, what its attempts and coupons led to: replies
    and events (`Emit`) that only now are known, already applied but for the events. `woken` tells
    whether something became due at once; `touched` are the members concerned.
    """

    outcomes: tuple[tuple[fx.Effect, ...], ...]
    woken: bool
    touched: frozenset[int]


@dataclass(slots=True)
class _Plan:
    """Effects sorted by kind, each with the account it came through."""

    by_kind: dict[type, list[tuple[Any, str]]] = field(default_factory=dict)
    deliveries: list[fx.QueueMessage | fx.CancelMessages] = field(default_factory=list)
    runs: list[fx.Enroll | fx.MoveEnrollment] = field(default_factory=list)
    tags: list[tuple[fx.AddTag | fx.RemoveTag, str]] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)

    def add(self, effect: fx.Effect, account: str) -> None:
        """Put an effect in its place."""
        if isinstance(effect, fx.QueueMessage | fx.CancelMessages):
            self.deliveries.append(effect)
        elif isinstance(effect, fx.Enroll | fx.MoveEnrollment):
            self.runs.append(effect)
        elif isinstance(effect, fx.AddTag | fx.RemoveTag):
            self.tags.append((effect, account))
        else:
            self.by_kind.setdefault(type(effect), []).append((effect, account))
        member_id = _member_of(effect)
        if member_id:
            self.touched.add(member_id)


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
    accounts = through or [""] * len(groups)
    outcomes = attempts.resolve(connection, groups, now)
    plan = _Plan()
    for group, outcome, account in zip(groups, outcomes, accounts, strict=True):
        for effect in (*group, *outcome):
            plan.add(effect, account)
    for kind, carry_out in IN_BULK.items():
        found = plan.by_kind.get(kind)
        if found:
            carry_out(connection, found, now)
    tags.change(connection, plan.tags)
    woken = _runs(connection, plan.runs, now)
    woken = _deliveries(connection, plan.deliveries, now) or woken
    woken = _doors(connection, plan) or woken
    # Last, so that nothing decided for the same member survives it.
    for effect, _ in plan.by_kind.get(fx.EraseMember, ()):
        erasure.unfollowed(connection, effect.member_id, effect.account, now)
    return Applied(tuple(tuple(outcome) for outcome in outcomes), woken, frozenset(plan.touched))


def _runs(connection: Connection, runs: Sequence[fx.Enroll | fx.MoveEnrollment], now: datetime) -> bool:
    if not runs:
        return False
    enrollments.apply(connection, runs, now)
    return any(_due(run.enrollment, now) for run in runs)


def _due(run: Enrollment, now: datetime) -> bool:
    return run.active and run.due_at is not None and run.due_at <= now


def _deliveries(
    connection: Connection, wishes: Sequence[fx.QueueMessage | fx.CancelMessages], now: datetime
) -> bool:
    """Queue and cancel in the order decided: a cancel ends what was queued before it only."""
    queued: list[fx.QueueMessage] = []
    woken = False
    for wish in wishes:
        if isinstance(wish, fx.QueueMessage):
            queued.append(wish)
            woken = woken or wish.message.due_at <= now
            continue
        queue.enqueue(connection, [one.message for one in queued])
        queued = []
        woken = queue.cancel(connection, [wish]) > 0 or woken
    queue.enqueue(connection, [one.message for one in queued])
    return woken


def _doors(connection: Connection, plan: _Plan) -> bool:
    windows = [effect for effect, _ in plan.by_kind.get(fx.OpenWindow, ())]
    grants = [effect for effect, _ in plan.by_kind.get(fx.EarnGrant, ())]
    woken = allowances.open_windows(connection, windows) if windows else 0
    return (allowances.earn(connection, grants) if grants else 0) + woken > 0


def _member_of(effect: fx.Effect) -> int:
    if isinstance(effect, fx.Enroll | fx.MoveEnrollment):
        return effect.enrollment.member_id
    if isinstance(effect, fx.QueueMessage):
        return effect.message.member_id
    if isinstance(effect, fx.Attempt):
        return effect.action.member_id
    return 0 if isinstance(effect, fx.Receipt) else effect.member_id
