"""Steps as they are nested in the file, flattened to a program in which each knows the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.config.document import under
from bot.config.problems import Problems, did_you_mean
from bot.config.rules.circles import check_ways
from bot.config.rules.known import LATER, Known
from bot.config.rules.table import Table
from bot.domain.lifecycle.kinds import StepKind
from bot.domain.lifecycle.program import Action, Answer, Go, Here, Program, Step

COMMON = ("id", "when")
DEEPEST = 12


class Nothing(Action):
    """Stands for a step that could not be read, so that reading goes on."""

    __slots__ = ()

    def begin(self, here: Here) -> Answer:
        """Pass on; a file with such a step is refused."""
        del here
        return Go()


@dataclass(slots=True)
class Flattener:
    """Reads nested lists of steps into one table of steps."""

    known: Known
    problems: Problems
    steps: dict[str, Step] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    gotos: list[tuple[str, str]] = field(default_factory=list)
    depth: int = 0

    def program(self, raw: object, path: str) -> Program:
        """Return the program of a rule."""
        before = len(self.problems.errors)
        first = self.block(raw, path, "", "")
        for target, where in self.gotos:
            if target not in self.steps:
                self.problems.missing(where, "step", target, sorted(self.steps))
        program = Program(first, self.steps)
        if len(self.problems.errors) == before:
            check_ways(program, self.paths, self.problems)
        return program

    def block(self, raw: object, path: str, following: str, prefix: str) -> str:
        """Read a list of steps that leads on to `following`; return the id of its first step."""
        if not isinstance(raw, list):
            self.problems.error(path, "write a list of steps")
            return following
        if self.depth >= DEEPEST:
            self.problems.error(path, "steps are nested too deep")
            return following
        entries = [entry if isinstance(entry, Mapping) else {} for entry in raw]
        ids = [self._id(entry, index, prefix) for index, entry in enumerate(entries)]
        self.depth += 1
        for index, entry in enumerate(entries):
            following_id = ids[index + 1] if index + 1 < len(ids) else following
            self._step(entry, under(path, index), ids[index], following_id)
        self.depth -= 1
        return ids[0] if ids else following

    @staticmethod
    def _id(entry: Mapping[str, object], index: int, prefix: str) -> str:
        given = entry.get("id")
        return given if isinstance(given, str) and given else f"{prefix}step{index + 1}"

    def _step(self, raw: Mapping[str, object], path: str, step_id: str, following: str) -> None:
        if step_id in self.steps:
            self.problems.error(under(path, "id"), f'a step "{step_id}" is there already')
            return
        self.paths[step_id] = path
        # Its place is kept first, so that steps nested in it cannot take its id.
        self.steps[step_id] = Step(step_id, "", Nothing(), following)
        table = Table(raw, path, self.problems, self.known)

        def nested(name: str, block: object, where: str) -> str:
            return self.block(block, where, following, f"{step_id}{_dotted(name)}.")

        table.steps = nested
        table.text("id", "")
        when = table.condition("when")
        kind = self._kind(raw, path)
        if kind is None:
            return
        table.asked.add(kind.name)
        if not kind.ready:
            self.problems.error(under(path, kind.name), f"{kind.name}: {LATER}")
            return
        action = kind.read(table)
        self._note_goto(raw, path)
        table.finish()
        self.steps[step_id] = Step(step_id, kind.name, action, following, when)

    def _kind(self, raw: Mapping[str, object], path: str) -> StepKind | None:
        kinds = self.known.step_kinds
        found = [kinds[key] for key in raw if key in kinds]
        if len(found) == 1:
            return found[0]
        if found:
            both = " and ".join(kind.name for kind in found)
            self.problems.error(path, f"a step does one thing, not {both}")
            return None
        other = next((key for key in raw if key not in COMMON), "")
        self.problems.error(
            path, f"say what the step does: {', '.join(sorted(kinds))}{did_you_mean(other, list(kinds))}"
        )
        return None

    def _note_goto(self, raw: Mapping[str, object], path: str) -> None:
        target = raw.get("goto")
        if isinstance(target, str):
            self.gotos.append((target, under(path, "goto")))


def _dotted(name: str) -> str:
    return name if name.startswith(("[", ".")) else f".{name}"
