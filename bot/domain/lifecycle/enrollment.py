"""One member's run through one rule."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from bot.domain.events import Scalar
from bot.domain.value import value


class EnrollmentState(StrEnum):
    """Where a run stands."""

    ACTIVE = "active"  # steps remain
    DONE = "done"  # ran to its end
    EXITED = "exited"  # left by exit_on, consent, unfollow or an operator
    GOAL = "goal"  # the goal was reached


@value
class Enrollment:
    """A member's place in a rule.

    `id` is derived from what it identifies (rule, member, key), so storing it twice is harmless.
    `step` is the step being waited in; empty before the first one (and for the held-out, who get
    none). `due_at` is when to look again (None: only an event or a finished outbox row wakes it); on
    a run that ended it is until when its goal still counts. `began_at` is when the step began;
    `sent_at` when the preceding send began, the point `wait_for` counts from. `waiting_for` is the
    key of the outbox row this step waits for. `rounds` counts gotos by step id. `context` is the
    entry event's properties.
    """

    id: str
    rule: str
    version: str
    member_id: int
    key: str
    state: EnrollmentState
    step: str
    entered_at: datetime
    began_at: datetime
    due_at: datetime | None = None
    sent_at: datetime | None = None
    waiting_for: str = ""
    rounds: Mapping[str, int] = field(default_factory=dict)
    context: Mapping[str, Scalar] = field(default_factory=dict)
    held_out: bool = False
    arm: str = ""
    goal_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""

    @property
    def active(self) -> bool:
        """Return whether steps remain."""
        return self.state is EnrollmentState.ACTIVE

    @property
    def round(self) -> int:
        """Return how many times the run went back; names the messages of a repeated step apart."""
        return sum(self.rounds.values())


@value
class PastRun:
    """A finished run as re-entry remembers it."""

    key: str
    entered_at: datetime


@value
class PastRuns:
    """What re-entry asks of finished runs of one rule: how many, the last entry and the last end.

    `recent` holds the newest runs, newest first; caps and keys are looked up there.
    """

    count: int
    last_entered_at: datetime
    last_ended_at: datetime | None
    recent: tuple[PastRun, ...] = ()


@value
class Passed:
    """A line of a run's trail: which step, when, and what came of it."""

    step: str
    at: datetime
    state: str
    reason: str = ""
