"""experiment: known to the file, refused until its analysis exists."""

from bot.domain.lifecycle.kinds import Fields, StepKind
from bot.domain.lifecycle.program import Action, Answer, Go, Here


class Experiment(Action):
    """Holds the place of a step that is refused at load, so nothing ever runs it."""

    __slots__ = ()

    def begin(self, here: Here) -> Answer:
        """Pass on."""
        return Go(note=f"{here.step.kind} is not there yet")


def read(fields: Fields) -> Experiment:
    """Return a place holder; the reader reports the kind as not ready."""
    del fields
    return Experiment()


RULE_KIND = StepKind("experiment", read, ready=False)
