"""handoff: asks a person of a queue to look at the member."""

from dataclasses import dataclass

from bot.domain.effects import Handoff
from bot.domain.lifecycle.kinds import Fields, StepKind
from bot.domain.lifecycle.program import Action, Answer, Go, Here
from bot.domain.lifecycle.spans import Span, after


@dataclass(frozen=True, slots=True)
class Ask(Action):
    """Put the member into a queue; `note` is the template of what the person should know."""

    queue: str
    note: str
    sla: Span | None = None

    def begin(self, here: Here) -> Answer:
        """Order the hand-off; its key makes repeating harmless."""
        due = after(here.now, self.sla, here.zone) if self.sla else None
        order = Handoff(here.member.id, self.queue, self.note, here.key, here.now, due, here.run.context)
        return Go(effects=(order,))


def read(fields: Fields) -> Ask:
    """Return the step as the file states it."""
    inside = fields.inside("handoff")
    return Ask(
        inside.reference("queue", "queue"), inside.reference("note", "template", ""), inside.span("sla")
    )


RULE_KIND = StepKind("handoff", read)
