"""How a run ends, and how long its goal still counts afterwards."""

from datetime import datetime, timedelta

from bot.domain.effects import CancelMessages, Effect, MoveEnrollment
from bot.domain.lifecycle.enrollment import Enrollment, EnrollmentState, Passed
from bot.domain.lifecycle.rule import Goal, GoalStart, Rule
from bot.domain.value import evolve

# A goal without a time is counted for this long, so that no run is looked at for ever.
LONGEST_WATCH = timedelta(days=366)


def goal_from(goal: Goal, run: Enrollment) -> datetime | None:
    """Return the moment the goal's time starts, None when it has not started yet."""
    if goal.of is not GoalStart.SEND or run.held_out:
        return run.entered_at
    return run.sent_at


def goal_until(rule: Rule, run: Enrollment) -> datetime | None:
    """Return until when the goal counts; None when there is no goal or its time never started."""
    if rule.goal is None:
        return None
    start = goal_from(rule.goal, run)
    return None if start is None else start + (rule.goal.within or LONGEST_WATCH)


def ended(rule: Rule, run: Enrollment, state: EnrollmentState, reason: str, now: datetime) -> Enrollment:
    """Return the run ended; while its goal can still be reached, `due_at` says until when."""
    until = goal_until(rule, run) if run.goal_at is None else None
    watched = until if until is not None and until > now else None
    return evolve(run, state=state, reason=reason, ended_at=now, due_at=watched, waiting_for="")


def leave(rule: Rule, run: Enrollment, reason: str, now: datetime) -> list[Effect]:
    """Return the effects of leaving an active run: it ends and what it still had to say is taken back."""
    gone = ended(rule, run, EnrollmentState.EXITED, reason, now)
    return [moved(run, gone, now), CancelMessages(run.member_id, reason, now, enrollment_id=run.id)]


def reach(rule: Rule, run: Enrollment, at: datetime, now: datetime, *, ends: bool) -> list[Effect]:
    """Return the effects of reaching the goal."""
    if not ends or not run.active:
        kept = evolve(run, goal_at=at, due_at=run.due_at if run.active else None)
        return [moved(run, kept, now, state="goal")]
    reached = ended(rule, evolve(run, goal_at=at), EnrollmentState.GOAL, "goal", now)
    return [moved(run, reached, now), CancelMessages(run.member_id, "goal", now, enrollment_id=run.id)]


def moved(was: Enrollment, run: Enrollment, now: datetime, state: str = "") -> MoveEnrollment:
    """Return the effect that replaces a run by its next state, with a line for its trail."""
    line = Passed(run.step, now, state or run.state.value, run.reason)
    return MoveEnrollment(run, was.step, was.began_at, (line,))
