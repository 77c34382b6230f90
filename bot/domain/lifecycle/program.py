"""The steps of a rule, flattened, and what a step may answer when a run looks at it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.domain.conditions import Condition
from bot.domain.effects import Effect
from bot.domain.events import InboundEvent
from bot.domain.experiments.reading import Terms
from bot.domain.lifecycle.enrollment import Enrollment
from bot.domain.members import Member
from bot.domain.outbox import OutboxState

if TYPE_CHECKING:
    from bot.domain.lifecycle.rule import Rule


@dataclass(frozen=True, slots=True)
class Here:
    """Where a run stands when a step looks: everything the step may know.

    `event` is the event being handled, if any; `entering` says that the run began by it just now.
    `outcomes` tells what became of the outbox rows runs wait for, by key.
    """

    rule: "Rule"
    step: "Step"
    run: Enrollment
    member: Member
    now: datetime
    zone: ZoneInfo
    event: InboundEvent | None = None
    entering: bool = False
    outcomes: Mapping[str, OutboxState] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Return the key of what this step does this time round: the same for ever."""
        return f"{self.run.id}/{self.step.id}#{self.run.round}"


@dataclass(frozen=True, slots=True)
class Go:
    """The step ended: go on at step `to` (None: the next one; empty: the end), from now on in this `arm`."""

    to: str | None = None
    effects: tuple[Effect, ...] = ()
    rounds: Mapping[str, int] | None = None
    note: str = ""
    arm: str = ""


@dataclass(frozen=True, slots=True)
class Stay:
    """The step is not over; look again at `due_at`, or when the outbox row `waiting_for` is final."""

    due_at: datetime | None
    effects: tuple[Effect, ...] = ()
    waiting_for: str = ""
    sent_at: datetime | None = None


Answer = Go | Stay


class Action:
    """The base of what a step does; each kind is one file of `scheduler/rules`."""

    __slots__ = ()

    @property
    def awaits(self) -> frozenset[str]:
        """Return the event kinds that make a run waiting here look again."""
        return frozenset()

    @property
    def takes_time(self) -> bool:
        """Return whether going round through this step always costs time."""
        return False

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the first steps of everything this step may go to besides the next step."""
        return ()

    @property
    def falls_through(self) -> bool:
        """Return whether the next step may follow directly."""
        return True

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Return the conditions this step reads."""
        return ()

    @property
    def terms(self) -> Terms | None:
        """Return how the experiment that this step is may be decided; None for any other step."""
        return None

    @property
    def arm_names(self) -> tuple[str, ...]:
        """Return the names of the arms, where this step is an experiment."""
        return ()

    @property
    def claims(self) -> tuple[str, ...]:
        """Return the keywords by which members claim what this step promises."""
        return ()

    def begin(self, here: Here) -> Answer:
        """Return what arriving at this step does."""
        raise NotImplementedError

    def resume(self, here: Here) -> Answer:
        """Return what looking again at this step does; must be harmless to repeat."""
        return self.begin(here)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `when` must hold on arrival or it is passed over; `next` follows (empty: the end)."""

    id: str
    kind: str
    action: Action
    next: str = ""
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """The steps by id and where a run starts."""

    first: str
    steps: Mapping[str, Step]

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Return every condition that a step reads."""
        found = [step.when for step in self.steps.values() if step.when is not None]
        for step in self.steps.values():
            found.extend(step.action.conditions)
        return tuple(found)
