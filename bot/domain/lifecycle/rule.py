"""Lifecycle rules as the file states them, typed."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from bot.domain.conditions import Always, Condition
from bot.domain.lifecycle.entry import Entry
from bot.domain.lifecycle.program import Program, Step

EVERYBODY = Always()


class Status(StrEnum):
    """Whether a rule works."""

    DRAFT = "draft"  # nobody enters and nobody moves
    LIVE = "live"
    PAUSED = "paused"  # nobody enters, runs stand still until it is live again


class Backfill(StrEnum):
    """What becomes of members who qualify already when a rule is new."""

    NONE = "none"  # only who enters from now on
    ALL = "all"


class ReentryMode(StrEnum):
    """When a member may run through a rule again."""

    NEVER = "never"
    AFTER_EXIT = "after_exit"  # no run is active, and the cooldown since the last end is over
    EVERY_KEY = "every_key"  # once per value of the entry's key, side by side
    EVERY_OCCURRENCE = "every_occurrence"  # once per event or date


@dataclass(frozen=True, slots=True)
class Reentry:
    """When a member may run through a rule again."""

    mode: ReentryMode = ReentryMode.NEVER
    cooldown: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class ExitOn:
    """One way out of a rule: an event, a segment left, or a condition that holds.

    `unless_claim` spares a message that is a claim keyword of the rule. `of` names a property of the
    run's context that says whose event counts instead of the member's own; `match` compares a property
    of the event (key) with one of the run's context (value).
    """

    event: str = ""
    unless_claim: bool = False
    of: str = ""
    match: Mapping[str, str] = field(default_factory=dict)
    segment_left: str = ""
    inside: Condition | None = None

    @property
    def name(self) -> str:
        """Return the short reason an exit by this way leaves behind."""
        return f"exit:{self.event or self.segment_left or 'condition'}"


class GoalStart(StrEnum):
    """Where the goal's time starts."""

    ASSIGNMENT = "assignment"  # when the member was enrolled or held out
    ENTRY = "entry"  # the same moment, for rules without a holdout
    SEND = "send"  # when the last message began to leave; for the held-out their assignment


class AfterGoal(StrEnum):
    """What reaching the goal does to the run."""

    EXIT = "exit"
    CONTINUE = "continue"


@dataclass(frozen=True, slots=True)
class Goal:
    """What a rule is for: an event within a time. `value` is the property that says what it was worth."""

    event: str
    within: timedelta | None = None
    of: GoalStart = GoalStart.ASSIGNMENT
    value: str = ""
    after_goal: AfterGoal = AfterGoal.EXIT


@dataclass(frozen=True, slots=True)
class Holdout:
    """`percent` of those who enter get no steps; a hash of `salt` and member decides, always alike."""

    percent: float
    salt: str

    def holds_out(self, member_id: int) -> bool:
        """Return whether this member is held out."""
        digest = hashlib.blake2b(f"{self.salt}/{member_id}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") < self.percent / 100 * 2**64


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `max` runs of the enrolled member in any rolling `per`; what is over is not enrolled.

    `by` names the entry event's property that identifies the enrolled member, for the reader.
    """

    max: int
    per: timedelta
    by: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One lifecycle rule. `version` is a hash of its text, `claims` the keywords its messages promise.

    With `migrates` those under way go on by the new text when it changes; else they finish by theirs. `arms`
    are weights ordered at run time for its experiment, by a winner that was named; empty: as written.
    """

    name: str
    entry: Entry
    program: Program
    version: str = ""
    status: Status = Status.LIVE
    backfill: Backfill = Backfill.NONE
    purpose: str = "service"
    priority: int = 50
    filter: Condition = EVERYBODY
    reentry: Reentry = field(default_factory=Reentry)
    exits: tuple[ExitOn, ...] = ()
    goal: Goal | None = None
    holdout: Holdout | None = None
    cap: Cap | None = None
    claims: tuple[str, ...] = ()
    migrates: bool = False
    arms: Mapping[str, float] = field(default_factory=dict)

    @property
    def experiment(self) -> Step | None:
        """Return the step that is the rule's experiment, None when it has none."""
        return next((step for step in self.program.steps.values() if step.action.terms is not None), None)

    @property
    def exit_conditions(self) -> tuple[Condition, ...]:
        """Return the conditions that end a run whenever they hold."""
        return tuple(way.inside for way in self.exits if way.inside is not None)
