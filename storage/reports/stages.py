"""Who stood in which stage when, read from the history of changes."""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, exists, func, or_, select

from bot.domain.events import STAGE_CHANGED
from storage.reports.calendar import days_between, hour_of, local_day
from storage.tables import table
from storage.tables.events import EventRow
from storage.tables.members import MemberRow

EVENT = table(EventRow)
MEMBER = table(MemberRow)
FORGOTTEN = "unfollowed"


@dataclass(frozen=True, slots=True)
class Flow:
    """Members in each stage at the end of each day: ``counts[stage][i]`` belongs to ``days[i]``."""

    days: tuple[date, ...] = ()
    counts: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Move:
    """How many members who stood in `was` at one moment stood in `stage` at the next one."""

    since: date
    until: date
    was: str
    stage: str
    members: int


def stage_counts(c: Connection) -> dict[str, int]:
    """Return how many members stand in each stage now."""
    stage = MEMBER.c.stage
    rows = c.execute(
        select(stage, func.count()).where(MEMBER.c.merged_into.is_(None), stage != "").group_by(stage)
    )
    return {str(name): int(count) for name, count in rows}


def stage_flow(c: Connection, zone: ZoneInfo) -> Flow:
    """Return the stages over all days from the first change to the last."""
    hour = hour_of(c, EVENT.c.at)
    stage, was = EVENT.c.properties["stage"].as_string(), EVENT.c.properties["was"].as_string()
    rows = c.execute(
        select(hour, stage, was, func.count()).where(EVENT.c.kind == STAGE_CHANGED).group_by(hour, stage, was)
    )
    changes: Counter[tuple[date, str]] = Counter()
    for at, now_in, was_in, count in rows:
        day = local_day(at, zone)
        changes[day, now_in] += count
        changes[day, was_in or ""] -= count
    for day, stage in _without_history(c, zone):
        changes[day, stage] += 1
    return flow_of(changes)


def _without_history(c: Connection, zone: ZoneInfo) -> Iterator[tuple[date, str]]:
    """Yield members whose history was forgotten when they left: the day they left, and what they are now."""
    known = exists().where(EVENT.c.member_id == MEMBER.c.id, EVENT.c.kind == STAGE_CHANGED)
    rows = c.execute(
        select(MEMBER.c.stage, MEMBER.c.erased_at, MEMBER.c.stage_since).where(
            ~known,
            MEMBER.c.merged_into.is_(None),
            or_(MEMBER.c.erased_at.is_not(None), MEMBER.c.stage_since.is_not(None)),
        )
    )
    for stage, erased_at, since in rows:
        yield (erased_at or since).astimezone(zone).date(), FORGOTTEN if erased_at else stage


def flow_of(changes: Mapping[tuple[date, str], int]) -> Flow:
    """Return running totals of changes by day and stage; the nameless stage is where nobody is yet."""
    if not changes:
        return Flow()
    days = days_between(day for day, _ in changes)
    stages = sorted({stage for _, stage in changes if stage})
    counts: dict[str, tuple[int, ...]] = {}
    for stage in stages:
        total, series = 0, []
        for day in days:
            total += changes.get((day, stage), 0)
            series.append(total)
        counts[stage] = tuple(series)
    return Flow(tuple(days), counts)


def stage_moves(c: Connection, boundaries: Sequence[datetime], zone: ZoneInfo) -> list[Move]:
    """Return who moved from which stage to which between each two neighbouring moments."""
    moves: list[Move] = []
    for since, until in itertools.pairwise(boundaries):
        before, after = _standing(since).subquery(), _standing(until).subquery()
        rows = c.execute(
            select(before.c.stage, after.c.stage, func.count())
            .select_from(before.join(after, before.c.member_id == after.c.member_id))
            .group_by(before.c.stage, after.c.stage)
        )
        span = (since.astimezone(zone).date(), until.astimezone(zone).date())
        moves += [Move(*span, was, stage, count) for was, stage, count in rows]
    return moves


def _standing(at: datetime) -> Any:
    """Return the SELECT of each member's stage at a moment, from the history of changes."""
    last = (
        select(EVENT.c.member_id, func.max(EVENT.c.id).label("id"))
        .where(EVENT.c.kind == STAGE_CHANGED, EVENT.c.at <= at)
        .group_by(EVENT.c.member_id)
        .subquery()
    )
    return select(EVENT.c.member_id, EVENT.c.properties["stage"].as_string().label("stage")).join(
        last, and_(last.c.id == EVENT.c.id, last.c.member_id == EVENT.c.member_id)
    )
