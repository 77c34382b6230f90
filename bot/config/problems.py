"""Problems of a configuration, each with its path, gathered until all are known."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: where (`rules.winback.steps[2].send.coupon`), what, and what to do."""

    path: str
    message: str
    level: Level = "error"

    def line(self) -> str:
        """Return the problem as one line."""
        return f"{self.path}: {self.message}"


@dataclass(slots=True)
class Problems:
    """A growing list of problems."""

    found: list[Problem] = field(default_factory=list)

    def error(self, path: str, message: str) -> None:
        """Add an error."""
        self.found.append(Problem(path, message))

    def warning(self, path: str, message: str) -> None:
        """Add a warning."""
        self.found.append(Problem(path, message, "warning"))

    def missing(self, path: str, noun: str, name: str, known: Iterable[str]) -> None:
        """Add an error for a reference to nothing, with the nearest known name."""
        self.error(path, f'no {noun} "{name}"{did_you_mean(name, list(known))}')

    @property
    def errors(self) -> list[Problem]:
        """Return the errors only."""
        return [problem for problem in self.found if problem.level == "error"]


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """Return ``; did you mean "back15"?`` or nothing."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else ""
