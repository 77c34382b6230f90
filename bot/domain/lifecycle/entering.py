"""Who may enter a rule, and what entering does at once."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from bot.domain.effects import Enroll
from bot.domain.events import Scalar
from bot.domain.lifecycle.ending import ended, goal_until
from bot.domain.lifecycle.enrollment import Enrollment, EnrollmentState, Passed
from bot.domain.lifecycle.entry import Change, Occasion
from bot.domain.lifecycle.look import Look
from bot.domain.lifecycle.rule import ReentryMode, Rule
from bot.domain.lifecycle.walking import Walk
from bot.domain.members import Member
from bot.domain.predicate import NOTHING, holds
from bot.domain.value import evolve


def entries(look: Look, *, heard_only: bool = False) -> None:
    """Enroll the member in every rule that this look opens, the most important first.

    `heard_only` promises that the member stands where they stood and no look is overdue, so that only
    the event itself may open a rule.
    """
    heard = look.book.by_event.get(look.event.kind, ()) if look.event is not None else ()
    rules = heard if heard_only else (*heard, *look.book.by_standing)
    if rules:
        change = look.change()
        for rule in rules:
            _open(look, rule, change)


def _open(look: Look, rule: Rule, change: Change) -> None:
    for occasion in rule.entry.occasions(change):
        key = entry_key(rule, look.member, occasion, look.now)
        if key is not None and _welcome(rule, look.member, occasion, look.now):
            _enroll(look, rule, key, occasion)


def _welcome(rule: Rule, member: Member, occasion: Occasion, now: datetime) -> bool:
    if not holds(rule.filter, member, now, occasion.context):
        return False
    if any(holds(each, member, now, occasion.context) for each in rule.exit_conditions):
        return False
    return rule.cap is None or runs_since(rule, member, now - rule.cap.per) < rule.cap.max


def entry_key(rule: Rule, member: Member, occasion: Occasion, now: datetime) -> str | None:
    """Return the key of the run that this occasion may start, None when re-entry forbids one.

    Where a rule knows no keys the runs are numbered, so two workers deciding at once give one run.
    """
    runs = [run for run in member.runs if run.rule == rule.name]
    past = member.past.get(rule.name)
    mode = rule.reentry.mode
    if mode in {ReentryMode.EVERY_KEY, ReentryMode.EVERY_OCCURRENCE}:
        used = {run.key for run in runs} | {run.key for run in (past.recent if past else ())}
        return occasion.key if occasion.key and occasion.key not in used else None
    numbered = [int(run.key) + 1 for run in runs if run.key.isdecimal()]
    number = max([past.count if past else 0, *numbered])
    if any(run.active for run in runs) or (mode is ReentryMode.NEVER and number):
        return None
    ends = [run.ended_at for run in runs if run.ended_at is not None]
    if past is not None and past.last_ended_at is not None:
        ends.append(past.last_ended_at)
    if ends and now < max(ends) + rule.reentry.cooldown:
        return None
    return str(number)


def runs_since(rule: Rule, member: Member, since: datetime) -> int:
    """Return how many runs of the rule the member entered after a moment."""
    past = member.past.get(rule.name)
    entered = {run.key: run.entered_at for run in (past.recent if past else ())}
    entered.update({run.key: run.entered_at for run in member.runs if run.rule == rule.name})
    return sum(at > since for at in entered.values())


def _enroll(look: Look, rule: Rule, key: str, occasion: Occasion) -> None:
    member, now = look.member, look.now
    run = fresh_run(rule, member.id, key, now, occasion.context)
    if rule.holdout is not None and rule.holdout.holds_out(member.id):
        held = held_out(rule, run, now)
        look.do([Enroll(held, (Passed("", now, "held_out"),))])
        return
    walk = Walk(rule, run, member, now, look.zone, look.event, entering=True)
    walk.start()
    look.do([Enroll(walk.run, (Passed("", now, "entered"), *walk.trail)), *walk.effects])


def fresh_run(
    rule: Rule, member_id: int, key: str, now: datetime, context: Mapping[str, Scalar] = NOTHING
) -> Enrollment:
    """Return a run that has not begun its first step."""
    return Enrollment(
        id=enrollment_id(rule.name, member_id, key),
        rule=rule.name,
        version=rule.version,
        member_id=member_id,
        key=key,
        state=EnrollmentState.ACTIVE,
        step="",
        entered_at=now,
        began_at=now,
        context=context,
    )


def enrollment_id(rule: str, member_id: int, key: str) -> str:
    """Return the id of a run, derived from what it identifies; SQL builds the same one."""
    return f"{rule}/{member_id}/{key}"


def held_out(rule: Rule, run: Enrollment, now: datetime) -> Enrollment:
    """Return the run as one whose member gets no steps; it lives as long as the goal counts."""
    watching = evolve(run, held_out=True, step="")
    until = goal_until(rule, watching)
    finish = partial(ended, rule, watching, EnrollmentState.DONE, "held_out")
    return finish(now) if until is None or until <= now else evolve(watching, due_at=until)
