"""One member in a forecast: what the rules know, what the gates ask, what waits to be sent."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.domain.delivery.world import Allowance, Counted
from bot.domain.forecast.present import Place, Waiting
from bot.domain.members import Member
from bot.domain.outbox import OutboxMessage, OutboxState
from bot.domain.value import evolve

NEVER = datetime.max.replace(tzinfo=UTC)
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Row:
    """A message on its way; `slot` says that the account's rate has given it this very moment."""

    message: OutboxMessage
    due_at: datetime
    waiting: bool = False
    reason: str = ""
    reason_until: datetime | None = None
    slot: bool = False

    @classmethod
    def of(cls, one: Waiting) -> "Row":
        """Return what the database has waiting."""
        return cls(one.message, one.due_at, one.waiting, one.reason, one.reason_until)

    def hold(self, reason: str, until: datetime, *, waiting: bool) -> bool:
        """Hold the message; tell whether this is another reason than the last one."""
        new = self.reason != reason
        self.reason, self.due_at, self.reason_until, self.waiting = reason, until, until, waiting
        return new


@dataclass(slots=True)
class Being:
    """A member living on.

    `states` tells what became of messages that runs wait for. `look_at` and `send_at` are the moments the
    agenda has for them. `covered_until` ends the piece of life that is being lived, the `piece`-th one;
    `plan` numbers what the member will do next of their own accord; `standing` is the stage in which, and the
    day of their last deed from which, it was planned.
    """

    member: Member
    allowances: dict[tuple[str, str], Allowance] = field(default_factory=dict)
    counted: list[Counted] = field(default_factory=list)
    rows: dict[str, Row] = field(default_factory=dict)
    promised: dict[tuple[str, str], datetime] = field(default_factory=dict)
    had: dict[str, list[datetime]] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    asked: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    states: dict[str, OutboxState] = field(default_factory=dict)
    look_at: datetime = NEVER
    send_at: datetime = NEVER
    covered_until: datetime = LONG_AGO
    piece: int = 0
    plan: int = 0
    standing: tuple[str, int] = ("", -1000)
    gone: bool = False

    @classmethod
    def of(cls, place: Place) -> "Being":
        """Return a member as they stand, with everything of their own to change."""
        return cls(
            member=place.member,
            allowances=dict(place.allowances),
            counted=list(place.counted),
            rows={one.message.key: Row.of(one) for one in place.waiting},
            promised=dict(place.promised),
            had={batch: list(times) for batch, times in place.had.items()},
            seen=set(place.seen),
            asked=dict(place.asked),
            codes={one.code: one.batch for one in place.member.holdings.values() if one.state == "issued"},
        )

    @property
    def next_look(self) -> datetime:
        """Return when the rules must look at the member next."""
        first = self.member.review_at or NEVER
        for run in self.member.runs:
            if run.due_at is not None and run.due_at < first and run.active:
                first = run.due_at
        return first

    @property
    def next_send(self) -> datetime:
        """Return when the gates must look at a message next."""
        return min([row.due_at for row in self.rows.values()]) if self.rows else NEVER

    def due(self, now: datetime) -> Iterator[Row]:
        """Return the messages that are due."""
        return (row for row in self.rows.values() if row.due_at <= now)

    def finish(self, row: Row, state: OutboxState, now: datetime) -> None:
        """End a message and wake the run that waits for it."""
        key = row.message.key
        self.rows.pop(key, None)
        if self.asked and state is not OutboxState.SENT:
            # Who did not get the question was not asked.
            self.asked = {name: one for name, one in self.asked.items() if one[0] != key}
        for run in self.member.runs:
            if run.waiting_for == key and run.active:
                self.states[key] = state
                woken = evolve(run, due_at=now)
                runs = tuple(woken if one is run else one for one in self.member.runs)
                self.member = evolve(self.member, runs=runs)
                return

    def settle_states(self) -> None:
        """Forget what became of messages that no run waits for any more."""
        if self.states:
            awaited = {run.waiting_for for run in self.member.runs if run.active}
            self.states = {key: state for key, state in self.states.items() if key in awaited}
