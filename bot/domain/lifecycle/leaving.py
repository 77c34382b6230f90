"""Goals and ways out: what an event or a moment ends."""

from datetime import datetime

from bot.domain.effects import Effect
from bot.domain.events import InboundEvent
from bot.domain.lifecycle.ending import goal_from, leave, reach
from bot.domain.lifecycle.enrollment import Enrollment
from bot.domain.lifecycle.look import Look
from bot.domain.lifecycle.rule import AfterGoal, ExitOn, Rule
from bot.domain.members import Member
from bot.domain.predicate import holds
from bot.domain.words import is_word


def goals(look: Look) -> None:
    """Note the goals that the event reached, of runs that ended too while their goal still counts."""
    if look.event is None:
        return
    for run in look.member.concerned:
        rule = look.book.rule_of(run)
        if rule is not None and reaches(rule, run, look.event):
            ends = rule.goal is not None and rule.goal.after_goal is AfterGoal.EXIT
            look.do(reach(rule, run, look.event.at, look.now, ends=ends))


def reaches(rule: Rule, run: Enrollment, event: InboundEvent) -> bool:
    """Return whether the event is the run's goal, in time and for the first time."""
    goal = rule.goal
    if goal is None or goal.event != event.kind or run.goal_at is not None:
        return False
    start = goal_from(goal, run)
    # Platforms give whole seconds, so a start within the event's second counts as before it.
    if start is None or event.at < start.replace(microsecond=0):
        return False
    if goal.within is not None and event.at > start + goal.within:
        return False
    return run.active or (run.due_at is not None and event.at <= run.due_at)


def exits(look: Look) -> None:
    """End the runs whose way out this look has found open."""
    for run in look.member.concerned:
        rule = look.book.rule_of(run)
        if rule is None or not run.active:
            continue
        reason = way_out(rule, run, look)
        if reason:
            look.do(leave(rule, run, reason, look.now))


def way_out(rule: Rule, run: Enrollment, look: Look) -> str:
    """Return the reason to leave this run now, empty to stay."""
    for way in rule.exits:
        if way.event:
            if look.event is not None and not way.of and event_opens(rule, way, run, look.event):
                return way.name
        elif way.segment_left:
            if way.segment_left in look.left:
                return way.name
        elif way.inside is not None and holds(way.inside, look.member, look.now, run.context):
            return way.name
    return ""


def event_opens(rule: Rule, way: ExitOn, run: Enrollment, event: InboundEvent) -> bool:
    """Return whether this event opens this way out of this run."""
    if event.kind != way.event:
        return False
    if way.unless_claim and is_word(event.text, rule.claims):
        return False
    return all(
        wanted in run.context and event.properties.get(name) == run.context[wanted]
        for name, wanted in way.match.items()
    )


def standing_way_out(rule: Rule, run: Enrollment, member: Member, now: datetime) -> str:
    """Return the reason to leave by a condition that holds, for a look without news."""
    for way in rule.exits:
        if way.inside is not None and holds(way.inside, member, now, run.context):
            return way.name
    return ""


def leave_for_another(rule: Rule, run: Enrollment, event: InboundEvent, now: datetime) -> list[Effect]:
    """Return the effects of another member's event on this run, found by `exit_on … of`."""
    for way in rule.exits:
        if way.of and run.active and event_opens(rule, way, run, event):
            return leave(rule, run, way.name, now)
    return []
