"""Messages for people to look at: by day, route and reason, and the latest ones."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, func, select

from storage.reports.calendar import hour_of, local_day
from storage.tables import table
from storage.tables.delivery import OutboxRow

OUTBOX = table(OutboxRow)


@dataclass(frozen=True, slots=True)
class PushCount:
    """Messages of one day, program (rule or campaign), route, state and reason."""

    day: date
    program: str
    purpose: str
    route: str
    state: str
    reason: str
    messages: int


@dataclass(frozen=True, slots=True)
class Push:
    """One message as an operator sees it in a list: no words of it, no address."""

    number: int
    at: datetime
    member_id: int
    program: str
    step: str
    purpose: str
    route: str
    state: str
    reason: str
    until: datetime | None
    has_coupon: bool


def pushes(c: Connection, zone: ZoneInfo) -> list[PushCount]:
    """Return every message that was queued, by day, program, route, state and reason."""
    o = OUTBOX.c
    hour = hour_of(c, func.coalesce(o.finished_at, o.created_at))
    program = func.coalesce(func.nullif(o.rule, ""), o.campaign)
    keys: list[ColumnElement[Any]] = [hour, program, o.purpose, o.route, o.state, o.reason]
    rows = c.execute(select(*keys, func.count()).group_by(*keys))
    summed: Counter[tuple[date, str, str, str, str, str]] = Counter()
    for row in rows:
        at, name, purpose, route, state, reason, count = tuple(row)
        summed[local_day(at, zone), name, purpose, route, state, reason] += count
    return [PushCount(*key, count) for key, count in sorted(summed.items())]


def latest_pushes(c: Connection, limit: int) -> list[Push]:
    """Return the messages that ended last, newest first."""
    o = OUTBOX.c
    rows = c.execute(
        select(o.id, o.finished_at, o.member_id, o.rule, o.campaign, o.template, o.step, o.purpose, o.route,
               o.state, o.reason, o.reason_until, o.coupon_code)
        .where(o.finished_at.is_not(None)).order_by(o.finished_at.desc(), o.id.desc()).limit(limit)
    )  # fmt: skip
    return [
        Push(
            number,
            at,
            member,
            rule or campaign or said,
            step,
            purpose,
            route,
            state,
            reason,
            until,
            bool(code),
        )
        for number, at, member, rule, campaign, said, step, purpose, route, state, reason, until, code in rows
    ]


def outbox_states(c: Connection) -> dict[str, int]:
    """Return how many messages stand in each state."""
    rows = c.execute(select(OUTBOX.c.state, func.count()).group_by(OUTBOX.c.state))
    return {str(state): int(count) for state, count in rows}
