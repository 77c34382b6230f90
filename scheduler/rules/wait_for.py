"""wait_for: an event of the member within a time; `then` when it came, `else` when it did not."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.lifecycle.kinds import Fields, StepKind
from bot.domain.lifecycle.program import Action, Answer, Go, Here, Stay
from bot.domain.lifecycle.spans import Span, after


@dataclass(frozen=True, slots=True)
class WaitFor(Action):
    """Wait for an event since the preceding send began."""

    event: str
    timeout: Span
    came: str
    missed: str

    @property
    def awaits(self) -> frozenset[str]:
        """Return the kind of event waited for."""
        return frozenset({self.event})

    @property
    def takes_time(self) -> bool:
        """Return True: an event that came counts once, since each new send starts the count anew."""
        return True

    @property
    def targets(self) -> tuple[str, ...]:
        """Return where both outcomes lead."""
        return (self.came, self.missed)

    @property
    def falls_through(self) -> bool:
        """Return False: one of the outcomes follows, which may be the next step."""
        return False

    def begin(self, here: Here) -> Answer:
        """Go on at once when the event came since the send, else wait."""
        if self._happened(here):
            return Go(self.came, note="came")
        return Stay(after(here.now, self.timeout, here.zone))

    def resume(self, here: Here) -> Answer:
        """Go on when the event came or the time is over."""
        if self._happened(here):
            return Go(self.came, note="came")
        due = here.run.due_at
        if due is not None and here.now < due:
            return Stay(due)
        return Go(self.missed, note="timeout")

    def _happened(self, here: Here) -> bool:
        tally = here.member.tallies.get(self.event)
        return tally is not None and tally.last_at >= _since(here)


def _since(here: Here) -> datetime:
    # Platforms give whole seconds, so an event of the second in which the wait began counts.
    return here.run.sent_at or here.run.began_at.replace(microsecond=0)


def read(fields: Fields) -> WaitFor:
    """Return the step as the file states it."""
    inside = fields.inside("wait_for")
    event = inside.reference("event", "event")
    timeout = inside.span("timeout", required=True) or Span(days=1)
    return WaitFor(event, timeout, fields.block("then"), fields.block("else"))


RULE_KIND = StepKind("wait_for", read)
