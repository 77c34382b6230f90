"""The three questions the spine asks of the rules: an event came, time passed, a run is due.

All are pure: the same rulebook, member and moment give the same effects, and what they order carries
keys of its own, so asking twice does nothing twice.
"""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.effects import Effect, MoveEnrollment
from bot.domain.events import InboundEvent
from bot.domain.lifecycle.ending import ended, leave, moved
from bot.domain.lifecycle.enrollment import Enrollment, EnrollmentState, Passed
from bot.domain.lifecycle.entering import entries, held_out
from bot.domain.lifecycle.leaving import exits, goals, standing_way_out
from bot.domain.lifecycle.look import Look
from bot.domain.lifecycle.rule import Rule
from bot.domain.lifecycle.rulebook import Rulebook
from bot.domain.lifecycle.standing import plan_review, stand
from bot.domain.lifecycle.steady import repeats
from bot.domain.lifecycle.walking import Walk
from bot.domain.members import Member
from bot.domain.outbox import OutboxState
from bot.domain.value import evolve

NOTHING: Mapping[str, OutboxState] = {}


def decide(
    book: Rulebook, event: InboundEvent, member: Member, now: datetime, *, untouched: bool = False
) -> list[Effect]:
    """Return what an event leads to; `member` has the event folded in already.

    In this order: stage and segments, goals, ways out, waiting runs, entries, the next look. A silent
    event only moves stage and segments. `untouched` promises that nothing but this event changed the
    member since the last look, which spares working out again what a repeated event cannot change.
    """
    stays = untouched and repeats(member, book.repeat_window(event.kind), now)
    if stays and not member.concerned and event.kind not in book.by_event:
        return []
    look = Look(book, member, now, event)
    if not stays:
        stand(look)
    if not event.silent:
        goals(look)
        exits(look)
        _wake(look)
        entries(look, heard_only=stays)
    if look.effects or not stays:
        plan_review(look)
    return look.effects


def review(book: Rulebook, member: Member, now: datetime) -> list[Effect]:
    """Return what the passing of time leads to, with no event: ends with the order for the next look."""
    look = Look(book, member, now)
    stand(look)
    exits(look)
    entries(look)
    plan_review(look)
    return look.effects


def advance(
    book: Rulebook,
    run: Enrollment,
    member: Member,
    now: datetime,
    outcomes: Mapping[str, OutboxState] = NOTHING,
) -> list[Effect]:
    """Return what a due or woken run does next; nothing for one that ended or whose rule rests.

    `outcomes` gives the states of the outbox rows that runs wait for, by key.
    """
    if not run.active:
        return []
    rule = book.rule_of(run)
    if rule is None:
        gone = evolve(
            run,
            state=EnrollmentState.EXITED,
            reason="rule_removed",
            ended_at=now,
            due_at=None,
            waiting_for="",
        )
        return [moved(run, gone, now)]
    if not book.working(rule):
        return []
    reason = standing_way_out(rule, run, member, now)
    if reason:
        return leave(rule, run, reason, now)
    if run.held_out or _falls_to_holdout(rule, run):
        return _hold_out(rule, run, now)
    walk = Walk(rule, _by(rule, run), member, now, book.zone_of(member), outcomes=outcomes)
    walk.look_again()
    return _walked(run, walk)


def _by(rule: Rule, run: Enrollment) -> Enrollment:
    """Return the run as one that goes by this version of its rule from now on."""
    return run if run.version == rule.version else evolve(run, version=rule.version)


def _falls_to_holdout(rule: Rule, run: Enrollment) -> bool:
    """Return whether a run that a backfill prepared belongs to the held-out."""
    return not run.step and rule.holdout is not None and rule.holdout.holds_out(run.member_id)


def _hold_out(rule: Rule, run: Enrollment, now: datetime) -> list[Effect]:
    if run.held_out and (run.due_at is None or run.due_at > now):
        return []
    if run.held_out:
        return [moved(run, ended(rule, run, EnrollmentState.DONE, "held_out", now), now)]
    held = held_out(rule, run, now)
    return [MoveEnrollment(held, run.step, run.began_at, (Passed("", now, "held_out"),))]


def _wake(look: Look) -> None:
    """Let runs look again that wait for this kind of event."""
    if look.event is None:
        return
    for run in look.member.concerned:
        rule = look.book.rule_of(run)
        if rule is None or not run.active or not run.step or not look.book.working(rule):
            continue
        step = rule.program.steps.get(run.step)
        if step is None or look.event.kind not in step.action.awaits:
            continue
        walk = Walk(rule, _by(rule, run), look.member, look.now, look.zone, look.event)
        walk.look_again()
        look.do(_walked(run, walk))


def _walked(was: Enrollment, walk: Walk) -> list[Effect]:
    if walk.run == was and not walk.effects:
        return []
    return [*walk.effects, MoveEnrollment(walk.run, was.step, was.began_at, tuple(walk.trail))]
