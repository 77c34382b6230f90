"""Claiming due rows: gates, coupons, allowances, rate and rows, all in one transaction."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.domain.delivery.departures import Departure
from storage import rates
from storage.outbox.due import due_of, first_due, hold_members
from storage.outbox.judgement import Ask, Judgement
from storage.outbox.stocking import stocked


@dataclass(frozen=True, slots=True)
class Claimed:
    """What was claimed; `looked` counts the rows judged, `passed_over` those somebody else held.

    `full` says that as many were found as asked for, so that there may be more.
    """

    departures: list[Departure]
    looked: int = 0
    passed_over: int = 0
    full: bool = False
    brake: str = ""
    next_at: datetime | None = None


def claim_due(c: Connection, ask: Ask) -> Claimed:
    """Claim due rows that pass every gate and end or postpone those that don't.

    Raises ContendedError when an allowance was taken meanwhile; the caller rolls back and asks again.
    """
    pace = rates.read(c, ask.policy, ask.limit, ask.now)
    limit = ask.limit if pace.budget is None else min(ask.limit, pace.budget)
    if pace.brake or limit == 0:
        return Claimed([], brake=pace.brake, next_at=pace.next_at)
    first = first_due(c, ask.ids, limit, ask.now)
    if not first:
        return Claimed([])
    members = hold_members(c, (member_id for _, member_id in first))
    passed_over = sum(member_id not in members for _, member_id in first)
    due = due_of(c, members, ask.now)
    if not due:
        return Claimed([], passed_over=passed_over)
    departures, looked = Judgement(c, ask, pace, due).settle()
    departures = stocked(c, departures, ask.policy, ask.library, ask.now)
    return Claimed(departures, looked, passed_over, len(first) >= limit)
