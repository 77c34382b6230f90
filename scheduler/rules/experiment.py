"""experiment: members are divided among arms, each with steps of its own; see `bot.domain.experiments`."""

from dataclasses import dataclass

from bot.domain.experiments.arms import Weights, arm_of, steered
from bot.domain.experiments.reading import Terms
from bot.domain.experiments.terms import terms
from bot.domain.lifecycle.kinds import Fields, StepKind
from bot.domain.lifecycle.program import Action, Answer, Go, Here


@dataclass(frozen=True, slots=True)
class Experiment(Action):
    """Go on with the arm's own steps; a run that has an arm already keeps it."""

    salt: str
    weights: Weights
    firsts: tuple[tuple[str, str], ...]
    decided_by: Terms

    @property
    def targets(self) -> tuple[str, ...]:
        """Return where every arm leads."""
        return tuple(first for _, first in self.firsts if first)

    @property
    def falls_through(self) -> bool:
        """Return whether some arm has no steps of its own."""
        return False

    @property
    def arm_names(self) -> tuple[str, ...]:
        """Return the names of the arms."""
        return tuple(name for name, _ in self.weights)

    @property
    def terms(self) -> Terms:
        """Return when and how it may be decided."""
        return self.decided_by

    def begin(self, here: Here) -> Answer:
        """Choose the arm, by hash and the weights in force, and keep it."""
        known = dict(self.firsts)
        arm = here.run.arm
        if arm not in known:
            arm = arm_of(self.salt, here.run.member_id, steered(self.weights, here.rule.arms))
        return Go(known[arm], note=f"arm {arm}", arm=arm)


def read(fields: Fields) -> Experiment:
    """Return the step as the file states it."""
    inside = fields.inside("experiment")
    weights = inside.shares("arms")
    firsts = tuple((name, inside.block(name)) for name, _ in weights)
    return Experiment(inside.text("salt"), weights, firsts, terms(inside))


RULE_KIND = StepKind("experiment", read)
