"""`did` in SQL, over the profile's numbers where they suffice and over events where they don't.

See `bot.domain.counting` for what counts. Presence is asked as `id IN (…)` where the whole query may be
driven by it, which lets SQLite start from the index of the tally, and as a correlated `EXISTS` under
`or` and `not`, where PostgreSQL would otherwise scan the list again for every member.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from bot.domain.conditions import Comparison, Did, Overdue
from bot.domain.counting import ANY, kinds_of, presence
from bot.domain.rhythm import MILLE, per_mille, seconds
from bot.domain.scalars import OPPOSITES, RELATIONS
from storage.conditions.attributes import MEMBER
from storage.conditions.seconds import whole_seconds
from storage.tables import table
from storage.tables.events import EventRow
from storage.tables.members import TallyRow

TALLY = table(TallyRow)
EVENT = table(EventRow)


def did(leaf: Did, now: datetime, *, driving: bool) -> ColumnElement[bool]:
    """Return SQL for `counting.holds_did`; it is never NULL."""
    asked = presence(leaf.count)
    if asked is not None:
        here = _happened(leaf, now, driving=driving and asked)
        return here if asked else ~here
    if leaf.within is not None:
        return _counted_events(leaf, now - leaf.within, driving=driving)
    return _summed_tallies(leaf.count) if leaf.kind == ANY else _tally_count(leaf, driving=driving)


def who_did(leaf: Did, now: datetime) -> Select[Any] | None:
    """Return the ids of the members who did it at least once, None if that is not one range of the tally."""
    if leaf.kind == ANY or presence(leaf.count) is not True:
        return None
    return _ids(leaf, now)


def _ids(leaf: Did, now: datetime) -> Select[Any]:
    kinds = sorted(kinds_of(leaf))
    one = TALLY.c.kind == kinds[0] if len(kinds) == 1 else TALLY.c.kind.in_(kinds)
    found = select(TALLY.c.member_id).where(one)
    return found if leaf.within is None else found.where(TALLY.c.last_at > now - leaf.within)


def _happened(leaf: Did, now: datetime, *, driving: bool) -> ColumnElement[bool]:
    return _member_is_in(_ids(leaf, now), driving=driving)


def _member_is_in(tallies: Select[Any], *, driving: bool) -> ColumnElement[bool]:
    if driving:
        return MEMBER.c.id.in_(tallies)
    return tallies.where(TALLY.c.member_id == MEMBER.c.id).correlate(MEMBER).exists()


def _tally_count(leaf: Did, *, driving: bool) -> ColumnElement[bool]:
    tallies = select(TALLY.c.member_id).where(TALLY.c.kind == leaf.kind)
    count = leaf.count
    if not count.holds(0):
        right = RELATIONS[count.operator](TALLY.c.count, count.value)
        return _member_is_in(tallies.where(right), driving=driving)
    wrong = RELATIONS[OPPOSITES[count.operator]](TALLY.c.count, count.value)
    return ~_member_is_in(tallies.where(wrong), driving=False)


def _summed_tallies(count: Comparison) -> ColumnElement[bool]:
    total = (
        select(func.coalesce(func.sum(TALLY.c.count), 0))
        .where(TALLY.c.member_id == MEMBER.c.id, TALLY.c.kind.in_(sorted(kinds_of(Did(ANY)))))
        .correlate(MEMBER)
        .scalar_subquery()
    )
    summed: ColumnElement[bool] = RELATIONS[count.operator](total, count.value)
    return summed


def _counted_events(leaf: Did, since: datetime, *, driving: bool) -> ColumnElement[bool]:
    kinds = sorted(kinds_of(leaf))
    total = (
        select(func.count())
        .select_from(EVENT)
        .where(EVENT.c.member_id == MEMBER.c.id, EVENT.c.kind.in_(kinds), EVENT.c.at > since)
        .correlate(MEMBER)
        .scalar_subquery()
    )
    enough: ColumnElement[bool] = RELATIONS[leaf.count.operator](total, leaf.count.value)
    if leaf.count.holds(0):
        return enough
    recent = select(TALLY.c.member_id).where(TALLY.c.kind.in_(kinds), TALLY.c.last_at > since)
    return _member_is_in(recent, driving=driving) & enough


def overdue(leaf: Overdue, now: datetime, *, driving: bool) -> ColumnElement[bool]:
    """Return SQL for `rhythm.holds_overdue`; it is never NULL."""
    first, last = whole_seconds(TALLY.c.first_at), whole_seconds(TALLY.c.last_at)
    span, gaps = last - first, TALLY.c.count - 1
    # Whole numbers on both sides, and the same as in memory: floor(a / b) < c is a < b * c.
    broken = per_mille(leaf.times) * span < MILLE * gaps * (seconds(now) - last)
    broken_ids = select(TALLY.c.member_id).where(
        TALLY.c.kind == leaf.kind, TALLY.c.count >= max(leaf.least, 2), span > 0, broken
    )
    return _member_is_in(broken_ids, driving=driving)
