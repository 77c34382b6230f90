"""Counting experiments and control groups, and what is ordered about their arms.

A run counts once its goal's time is over, whatever became of it: counting early only who was quick would
favour the arm that speaks first.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from bot.domain.experiments.arms import order_of
from bot.domain.experiments.intervals import Spread
from bot.domain.experiments.reading import ArmCount
from bot.domain.experiments.trials import HELD_OUT, TREATED, Trial, tried
from bot.domain.lifecycle.ending import LONGEST_WATCH
from bot.domain.lifecycle.rule import Goal, GoalStart, Rule
from storage import audit, switches
from storage.dialect import chunks
from storage.tables import table
from storage.tables.events import EventRow
from storage.tables.lifecycle import EnrollmentRow

RUN = table(EnrollmentRow)
EVENT = table(EventRow)
Side = tuple[str, bool]
Amounts = Mapping[Side, Spread]


def counted(c: Connection, rules: Iterable[Rule], now: datetime) -> tuple[Trial, ...]:
    """Return the counts of every rule that has an experiment or a control group."""
    return tuple(_trial(c, rule, rule.goal, now) for rule in rules if tried(rule) and rule.goal)


def decided(c: Connection, rule: str) -> bool:
    """Return whether one arm takes everybody new already, by whoever's order."""
    weights = order_of(switches.all_on(c).get(f"{switches.ARMS}{rule}", ""))
    return sum(weight > 0 for weight in weights.values()) == 1


def order(c: Connection, rule: str, weights: str, by: str, now: datetime) -> bool:
    """Give new members of a rule these arms from now on, empty: as written; tell whether that is new."""
    name = f"{switches.ARMS}{rule}"
    if switches.all_on(c).get(name, "") == weights:
        return False
    if weights:
        switches.turn_on(c, name, by, now, weights)
    else:
        switches.turn_off(c, name)
    audit.note(c, audit.Entry(by, "experiments.order", rule, {"arms": weights}), now)
    return True


def _trial(c: Connection, rule: Rule, goal: Goal, now: datetime) -> Trial:
    before = now - (goal.within or LONGEST_WATCH)
    start = _start(goal)
    over = and_(start.is_not(None), start <= before)
    rows = c.execute(
        select(
            RUN.c.arm,
            RUN.c.held_out,
            func.count(),
            func.sum(case((over, 1), else_=0)),
            func.sum(case((and_(over, RUN.c.goal_at.is_not(None)), 1), else_=0)),
            func.min(RUN.c.entered_at, type_=RUN.c.entered_at.type),
        )
        .where(RUN.c.rule == rule.name)
        .group_by(RUN.c.arm, RUN.c.held_out)
    ).all()
    amounts = _amounts(c, rule, goal, over)
    sides: dict[Side, ArmCount] = {}
    for arm, held_out, assigned, matured, reached, first in rows:
        side = (str(arm), bool(held_out))
        paid = amounts.get(side, Spread(0, 0.0, 0.0))
        spread = Spread(int(matured), paid.total, paid.squares)
        sides[side] = ArmCount(side[0], int(assigned), int(matured), int(reached), spread, first)
    return Trial(rule.name, _arms(rule, sides), _control(rule, sides))


def _arms(rule: Rule, sides: Mapping[Side, ArmCount]) -> tuple[ArmCount, ...]:
    step = rule.experiment
    names = step.action.arm_names if step is not None else ()
    nothing = Spread(0, 0.0, 0.0)
    return tuple(sides.get((name, False), ArmCount(name, 0, 0, 0, nothing)) for name in names)


def _control(rule: Rule, sides: Mapping[Side, ArmCount]) -> tuple[ArmCount, ...]:
    if rule.holdout is None:
        return ()
    treated = [one for (_, held_out), one in sides.items() if not held_out]
    apart = [one for (_, held_out), one in sides.items() if held_out]
    return _summed(TREATED, treated), _summed(HELD_OUT, apart)


def _summed(name: str, sides: Sequence[ArmCount]) -> ArmCount:
    spread = Spread(
        sum(one.spread.count for one in sides),
        sum(one.spread.total for one in sides),
        sum(one.spread.squares for one in sides),
    )
    return ArmCount(
        name,
        sum(one.assigned for one in sides),
        sum(one.matured for one in sides),
        sum(one.reached for one in sides),
        spread,
        min((one.first_at for one in sides if one.first_at is not None), default=None),
    )


def _start(goal: Goal) -> ColumnElement[Any]:
    """Return when a run's goal begins to count; of one never sent anything, never. See `goal_from`."""
    if goal.of is not GoalStart.SEND:
        return RUN.c.entered_at
    return case((RUN.c.held_out, RUN.c.entered_at), else_=RUN.c.sent_at)


def _amounts(c: Connection, rule: Rule, goal: Goal, over: ColumnElement[bool]) -> Amounts:
    """Return what members paid within their goal's time, by side; only who reached it is looked at."""
    if not goal.value:
        return {}
    reached = and_(RUN.c.rule == rule.name, over, RUN.c.goal_at.is_not(None))
    columns = (RUN.c.member_id, RUN.c.arm, RUN.c.held_out, RUN.c.entered_at, RUN.c.sent_at)
    rows = c.execute(select(*columns).where(reached)).all()
    paid = paid_by(c, {row.member_id for row in rows}, goal.event)
    within = goal.within or LONGEST_WATCH
    found: dict[Side, Spread] = {}
    for member_id, arm, held_out, entered_at, sent_at in rows:
        begins = entered_at if goal.of is not GoalStart.SEND or held_out else sent_at
        total = _between(paid.get(member_id, ()), begins, within)
        side = (str(arm), bool(held_out))
        old = found.get(side, Spread(0, 0.0, 0.0))
        found[side] = Spread(old.count + 1, old.total + total, old.squares + total * total)
    return found


def _between(paid: Iterable[tuple[datetime, int]], start: datetime, within: timedelta) -> int:
    # Platforms give whole seconds, so a start within the event's second counts as before it.
    begins = start.replace(microsecond=0)
    return sum(amount for at, amount in paid if begins <= at <= start + within)


def paid_by(c: Connection, ids: Iterable[int], kind: str) -> dict[int, list[tuple[datetime, int]]]:
    """Return by member when each did this kind of thing, and for how much."""
    found: dict[int, list[tuple[datetime, int]]] = {}
    for chunk in chunks(sorted(ids)):
        mine = (EVENT.c.member_id.in_(chunk), EVENT.c.kind == kind)
        for member_id, at, amount in c.execute(
            select(EVENT.c.member_id, EVENT.c.at, EVENT.c.amount).where(*mine)
        ):
            found.setdefault(member_id, []).append((at, amount))
    return found
