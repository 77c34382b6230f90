"""branch: the first arm whose condition holds, else `otherwise`, else the next step."""

from dataclasses import dataclass

from bot.domain.conditions import Condition
from bot.domain.lifecycle.kinds import Fields, StepKind
from bot.domain.lifecycle.program import Action, Answer, Go, Here
from bot.domain.predicate import holds


@dataclass(frozen=True, slots=True)
class Branch(Action):
    """Choose where to go on; `otherwise` None means the next step."""

    arms: tuple[tuple[Condition, str], ...]
    otherwise: str | None = None

    @property
    def targets(self) -> tuple[str, ...]:
        """Return where every arm leads."""
        last = () if self.otherwise is None else (self.otherwise,)
        return (*(first for _, first in self.arms), *last)

    @property
    def falls_through(self) -> bool:
        """Return whether no arm may hold."""
        return self.otherwise is None

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Return the conditions of the arms."""
        return tuple(condition for condition, _ in self.arms)

    def begin(self, here: Here) -> Answer:
        """Take the first arm that holds."""
        for number, (condition, first) in enumerate(self.arms, start=1):
            if holds(condition, here.member, here.now, here.run.context):
                return Go(first, note=f"arm {number}")
        return Go(self.otherwise, note="otherwise")


def read(fields: Fields) -> Branch:
    """Return the step as the file states it."""
    arms: list[tuple[Condition, str]] = []
    otherwise: str | None = None
    for arm in fields.each("branch"):
        if otherwise is not None:
            arm.error("nothing can follow otherwise")
        if arm.flag("otherwise"):
            otherwise = arm.block("do")
            continue
        condition = arm.condition("when")
        if condition is None:
            arm.error("an arm needs when, or otherwise: true")
            continue
        arms.append((condition, arm.block("do")))
    return Branch(tuple(arms), otherwise)


RULE_KIND = StepKind("branch", read)
