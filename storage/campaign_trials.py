"""Counting the arms of campaigns: a member counts from the first time they were dealt an arm."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, func, select

from bot.domain.experiments.intervals import Spread
from bot.domain.experiments.reading import ArmCount
from bot.domain.experiments.trials import Trial
from bot.domain.lifecycle.campaign import Campaign, Division
from bot.domain.lifecycle.ending import LONGEST_WATCH
from storage.outbox.rows import OUTBOX
from storage.trials import paid_by


def counted(c: Connection, campaigns: Iterable[Campaign], now: datetime) -> tuple[Trial, ...]:
    """Return the counts of every campaign that has an experiment."""
    return tuple(_trial(c, one.name, one.division, now) for one in campaigns if one.division is not None)


def _trial(c: Connection, name: str, division: Division, now: datetime) -> Trial:
    dealt = _dealt(c, name, [arm.name for arm in division.arms])
    goal = division.goal
    within = goal.within or LONGEST_WATCH
    done = paid_by(c, dealt, goal.event)
    arms = []
    for arm in division.arms:
        since = {member: at for member, (at, its) in dealt.items() if its == arm.name}
        over = {member: at for member, at in since.items() if at + within <= now}
        totals = []
        for member, at in over.items():
            # Platforms give whole seconds, so a start within the event's second counts as before it.
            begins = at.replace(microsecond=0)
            mine = [amount for when, amount in done.get(member, ()) if begins <= when <= at + within]
            totals += [sum(mine)] if mine else []
        amounts = totals if goal.value else []
        spread = Spread(len(over), float(sum(amounts)), float(sum(each * each for each in amounts)))
        first = min(since.values(), default=None)
        arms.append(ArmCount(arm.name, len(since), len(over), len(totals), spread, first))
    return Trial(name, tuple(arms))


def _dealt(c: Connection, name: str, arms: list[str]) -> dict[int, tuple[datetime, str]]:
    """Return when each member was first dealt an arm, and which."""
    o = OUTBOX.c
    first = func.min(o.created_at, type_=o.created_at.type)
    rows = c.execute(
        select(o.member_id, o.step, first)
        .where(o.campaign == name, o.step.in_(arms))
        .group_by(o.member_id, o.step)
    )
    found: dict[int, tuple[datetime, str]] = {}
    for member_id, arm, at in rows:
        known = found.get(member_id)
        found[member_id] = (at, arm) if known is None or at < known[0] else known
    return found
