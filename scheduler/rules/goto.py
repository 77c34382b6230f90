"""goto: back to another step, at most `max` times in a run."""

from dataclasses import dataclass

from bot.domain.lifecycle.kinds import Fields, StepKind
from bot.domain.lifecycle.program import Action, Answer, Go, Here


@dataclass(frozen=True, slots=True)
class Goto(Action):
    """Go to a step, until the run went there `max` times; then on to the next one."""

    target: str
    most: int

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the step it goes to."""
        return (self.target,)

    def begin(self, here: Here) -> Answer:
        """Go there, or on when it was often enough."""
        gone = here.run.rounds.get(here.step.id, 0)
        if gone >= self.most:
            return Go(note="max")
        return Go(self.target, rounds={**here.run.rounds, here.step.id: gone + 1})


def read(fields: Fields) -> Goto:
    """Return the step as the file states it."""
    return Goto(fields.reference("goto", "step"), fields.whole("max"))


RULE_KIND = StepKind("goto", read)
