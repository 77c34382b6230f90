"""send: puts a message into the outbox and waits until its row is final."""

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.effects import QueueMessage
from bot.domain.lifecycle.kinds import Fields, StepKind
from bot.domain.lifecycle.program import Action, Answer, Go, Here, Stay
from bot.domain.lifecycle.saying import Saying, saying
from bot.domain.lifecycle.spans import after
from bot.domain.outbox import FINAL

# A final row wakes the run; looking again by itself only matters when a row was lost.
PATIENCE = timedelta(hours=1)
MEMBER_EVENTS = "member."


@dataclass(frozen=True, slots=True)
class Send(Action):
    """Say something to the member."""

    saying: Saying

    @property
    def claims(self) -> tuple[str, ...]:
        """Return the keyword that delivers the coupon, if the message promises one."""
        return (self.saying.claim_keyword,) if self.saying.claim_keyword else ()

    def begin(self, here: Here) -> Answer:
        """Queue the message; what the member writes from now on is heard by a `wait_for` behind it."""
        message = self.saying.message(here, is_answer=_is_answer(here))
        began = here.now.replace(microsecond=0)
        if here.event is not None and here.event.at >= began and _awaited(here, here.event.kind):
            # The event that made us speak, which has whole seconds, is no reply to what we say.
            began = here.event.at + timedelta(microseconds=1)
        return Stay(
            due_at=message.expires_at + PATIENCE,
            effects=(QueueMessage(message),),
            waiting_for=message.key,
            sent_at=began,
        )

    def resume(self, here: Here) -> Answer:
        """Go on when the row is final, or gone although its time is long over."""
        state = here.outcomes.get(here.run.waiting_for)
        if state is not None and state in FINAL:
            return Go(note=state.value)
        over = here.now >= after(here.run.began_at, self.saying.expires, here.zone) + PATIENCE
        if state is None and over:
            return Go(note="lost")
        return Stay(due_at=here.now + PATIENCE, waiting_for=here.run.waiting_for)


def _awaited(here: Here, kind: str) -> bool:
    """Return whether some step of the rule waits for events of this kind."""
    return any(kind in step.action.awaits for step in here.rule.program.steps.values())


def _is_answer(here: Here) -> bool:
    """Return whether this very event made the message: the member acted and so entered the rule."""
    return here.entering and here.event is not None and here.event.kind.startswith(MEMBER_EVENTS)


def read(fields: Fields) -> Send:
    """Return the step as the file states it."""
    return Send(saying(fields.inside("send")))


RULE_KIND = StepKind("send", read)
