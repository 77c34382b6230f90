"""Problems of a configuration, each with its path, gathered until all are known."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

Level = Literal["error", "warning"]
# The path of what stands under an empty key, or of the whole file.
TOP = "(top)"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: where (`rules.winback.steps[2].send.coupon`), what, and what to do.

    `line_number` counts the file's lines from 1, None when the path stands nowhere in it.
    """

    path: str
    message: str
    level: Level = "error"
    line_number: int | None = None

    def line(self) -> str:
        """Return the problem as one line."""
        return f"{self.path}: {self.message}"


@dataclass(slots=True)
class Problems:
    """A growing list of problems."""

    found: list[Problem] = field(default_factory=list)

    def error(self, path: str, message: str) -> None:
        """Add an error."""
        self.found.append(Problem(path or TOP, message))

    def warning(self, path: str, message: str) -> None:
        """Add a warning."""
        self.found.append(Problem(path or TOP, message, "warning"))

    def missing(self, path: str, noun: str, name: str, known: Iterable[str]) -> None:
        """Add an error for a reference to nothing, with the nearest known name."""
        self.error(path, f'no {noun} "{name}"{did_you_mean(name, list(known))}')

    def replace(self, causes: "Problems") -> None:
        """Put these in the place of what else is said of the same paths: they are why it is wrong."""
        explained = {problem.path for problem in causes.found}
        self.found = [*causes.found, *(each for each in self.found if each.path not in explained)]

    def ordered(self, lines: Mapping[str, int]) -> tuple["Problem", ...]:
        """Return each problem once, in the order of the file, with its line where it is known."""
        placed = {
            (problem.path, problem.message): replace(problem, line_number=line_of(problem.path, lines))
            for problem in self.found
        }
        return tuple(sorted(placed.values(), key=lambda problem: problem.line_number or 0))

    @property
    def errors(self) -> list[Problem]:
        """Return the errors only."""
        return [problem for problem in self.found if problem.level == "error"]


def line_of(path: str, lines: Mapping[str, int]) -> int | None:
    """Return the line of a path, or of the nearest thing above it that stands in the file."""
    while path:
        if path in lines:
            return lines[path]
        cut = max(path.rfind("."), path.rfind("["))
        path = path[:cut] if cut > 0 else ""
    return None


def did_you_mean(name: str, known: Sequence[str], likeness: float = 0.6) -> str:
    """Return ``; did you mean "back15"?`` or nothing; `likeness` 1 takes only the name itself."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=likeness)
    return f'; did you mean "{near[0]}"?' if near else ""
