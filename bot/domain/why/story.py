"""Why one rule did, or did not, do something for one member up to a moment."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from bot.domain.delivery.reasons import Reason
from bot.domain.explanation import Clause
from bot.domain.lifecycle.enrollment import Enrollment, EnrollmentState, Passed
from bot.domain.lifecycle.rule import Rule
from bot.domain.lifecycle.rulebook import Rulebook
from bot.domain.outbox import OutboxState
from bot.domain.value import value
from bot.domain.why.entry import Chance, Fate, chances, standing, worked
from bot.domain.why.life import Gated, Life, Push

SILENCED = frozenset({
    Reason.NO_CONSENT, Reason.CONSENT_WITHDRAWN, Reason.SUPPRESSED, Reason.HUMAN_SESSION,
})  # fmt: skip
# In doubt the member may have got it.
_LEFT = frozenset({OutboxState.SENT, OutboxState.UNKNOWN})
_OPEN = frozenset({OutboxState.QUEUED, OutboxState.WAITING, OutboxState.SENDING})


class Outcome(StrEnum):
    """The short answer."""

    NEVER_ENTERED = "never_entered"
    HELD_OUT = "held_out"  # in the rule's or the house's control group
    UNDER_WAY = "under_way"  # entered; nothing is to be said yet
    HELD = "held"  # a gate holds what is to be said
    SENT = "sent"
    SUPPRESSED = "suppressed"  # the member, or a silence, refused it
    DROPPED = "dropped"  # a gate ended it
    LEFT = "left"  # out of the rule before anything was said


@value
class Run:
    """One run as it stood at the moment asked for, its trail, and its messages as they stood then."""

    run: Enrollment
    trail: tuple[Passed, ...]
    pushes: tuple[Push, ...]


@value
class Why:
    """The whole answer for one rule.

    `chances` are all occasions; `last` is the last one that came to nothing, or says that there was none;
    `audience` the condition that opens the rule, as it stands. Where events open it, `hears` are their
    kinds; where a date does, `next_at` is the next occasion.
    """

    rule: str
    at: datetime
    outcome: Outcome
    works: bool
    last: Chance | None
    audience: Clause | None
    runs: tuple[Run, ...]
    chances: tuple[Chance, ...] = ()
    hears: tuple[str, ...] = ()
    dated: bool = False
    next_at: datetime | None = None


def why(book: Rulebook, rule: Rule, life: Life, at: datetime) -> Why:
    """Return the answer, as of `at`; later things are as if they had not happened."""
    runs = tuple(
        Run(_then(run, at), _trail(life, run.id, at), _pushes(life.pushes, run.id, at))
        for run in life.runs
        if run.rule == rule.name and run.entered_at <= at
    )
    found = chances(book, rule, life, at)
    audience = standing(book, rule, life, at)
    missed = [chance for chance in found if chance.fate is not Fate.ENTERED]
    last = missed[-1] if missed else None
    if last is None and not runs:
        inside = audience is not None and audience.holds
        last = Chance(at, Fate.STOOD_INSIDE if inside else Fate.NO_OCCASION, clause=audience)
    outcome = _outcome(runs[-1]) if runs else Outcome.NEVER_ENTERED
    entry, member = rule.entry, life.member
    return Why(
        rule=rule.name,
        at=at,
        outcome=outcome,
        works=worked(life, rule, at),
        last=last,
        audience=audience,
        runs=runs,
        chances=found,
        hears=tuple(sorted(entry.hears)),
        dated=entry.by_time,
        next_at=entry.next_at(member, at, book.zone_of(member)) if entry.by_time else None,
    )


def _outcome(one: Run) -> Outcome:
    if one.run.held_out:
        return Outcome.HELD_OUT
    if not one.pushes:
        return Outcome.UNDER_WAY if one.run.active else Outcome.LEFT
    return _said(one.pushes)


def _said(pushes: Iterable[Push]) -> Outcome:
    """Return what became of messages: one that left counts more than one held, that more than one ended."""
    known = tuple(pushes)
    states = {push.state for push in known}
    reasons = {push.reason for push in known}
    if states & _LEFT:
        return Outcome.SENT
    if states & _OPEN:
        return Outcome.HELD
    if Reason.HOLDOUT in reasons:
        return Outcome.HELD_OUT
    return Outcome.SUPPRESSED if reasons & SILENCED else Outcome.DROPPED


def _then(run: Enrollment, at: datetime) -> Enrollment:
    if run.ended_at is None or run.ended_at <= at:
        return run
    return replace(run, state=EnrollmentState.ACTIVE, ended_at=None, reason="")


def _trail(life: Life, run_id: str, at: datetime) -> tuple[Passed, ...]:
    return tuple(line for line in life.trails.get(run_id, ()) if line.at <= at)


def _pushes(pushes: Iterable[Push], run_id: str, at: datetime) -> tuple[Push, ...]:
    return tuple(as_of(push, at) for push in pushes if push.run == run_id and push.created_at <= at)


def as_of(push: Push, at: datetime) -> Push:
    """Return a message as it stood at a moment, by what the gates had said of it until then."""
    if push.finished_at is not None and push.finished_at <= at:
        return push
    gates = tuple(gate for gate in push.gates if gate.at <= at)
    if push.finished_at is None and gates == push.gates:
        return push
    last = gates[-1] if gates else None
    return replace(
        push,
        state=OutboxState.QUEUED,
        reason=last.reason if last is not None else "",
        until=last.until if last is not None else None,
        route="",
        text="",
        detail="",
        finished_at=None,
        gates=gates,
    )


def held_since(push: Push) -> Gated | None:
    """Return when the gate that holds a message began to, without a break; None when none does."""
    first: Gated | None = None
    for gate in reversed(push.gates):
        if gate.reason != push.reason:
            break
        first = gate
    return first
