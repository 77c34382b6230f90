"""Conditions as they are written in the file, turned into the tree of `bot.domain.conditions`.

A condition is a mapping. Each key asks one thing and several keys ask all of them; `{}` asks nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.config.document import under
from bot.config.leaves import LEAVES, Names, leaf_of
from bot.config.problems import Problems, did_you_mean
from bot.config.rhythms import COMPANIONS
from bot.domain.conditions import AllOf, Always, AnyOf, Condition, InSegment, Not

__all__ = ["Names", "parse"]

DEEPEST = 24
MOST_NODES = 400
BRANCHES = ("all", "any", "not", "in")


def parse(raw: object, path: str, problems: Problems, names: Names) -> Condition:
    """Return the condition written in `raw`; what is wrong is added to `problems` under its path.

    Segments are resolved to their trees; a segment that leads back to itself is an error. With errors
    the result is only good for finding more of them.
    """
    return _Parser(problems, names).condition(raw, path, 0)


def _never() -> Condition:
    return AnyOf(())


@dataclass(slots=True)
class _Parser:
    problems: Problems
    names: Names
    inside: tuple[str, ...] = ()
    nodes: list[str] = field(default_factory=list)

    def condition(self, raw: object, path: str, depth: int) -> Condition:
        """Return the condition of one mapping."""
        if not isinstance(raw, Mapping):
            self.problems.error(path, "a condition is a mapping, such as {did: order.paid}")
            return _never()
        self.nodes.append(path)
        if depth > DEEPEST or len(self.nodes) > MOST_NODES:
            if len(self.nodes) <= MOST_NODES + 1:
                self.problems.error(path, "this condition is too large, its segments counted in")
            return _never()
        parts = [self._part(key, raw, path, depth) for key in raw if not self._is_companion(key, raw)]
        if not parts:
            return Always()
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _is_companion(self, key: str, raw: Mapping[str, object]) -> bool:
        """Return whether the key only completes another that is there, as `within` does `did`."""
        return any(key in companions and leader in raw for leader, companions in COMPANIONS.items())

    def _part(self, key: str, raw: Mapping[str, Any], path: str, depth: int) -> Condition:
        here = under(path, key)
        branches: Mapping[str, Callable[[object, str, int], Condition]] = {
            "all": lambda value, at, level: AllOf(self._list(value, at, level)),
            "any": lambda value, at, level: AnyOf(self._list(value, at, level)),
            "not": lambda value, at, level: Not(self.condition(value, at, level)),
            "in": self._segments,
        }
        if key in branches:
            return branches[key](raw[key], here, depth + 1)
        read = leaf_of(key)
        if read is None:
            self._unknown(key, here)
            return _never()
        return read(key, raw, path, self.problems, self.names) or _never()

    def _unknown(self, key: str, here: str) -> None:
        for leader, companions in COMPANIONS.items():
            if key in companions:
                self.problems.error(here, f'"{key}" completes "{leader}", which is not here')
                return
        known = (*BRANCHES, *LEAVES, "member.…", "event.…")
        self.problems.error(here, f'no condition "{key}"{did_you_mean(key, known)}')

    def _list(self, raw: object, path: str, depth: int) -> tuple[Condition, ...]:
        if not isinstance(raw, Sequence) or isinstance(raw, str) or not raw:
            self.problems.error(path, "write a list of conditions with at least one")
            return (_never(),)
        return tuple(self.condition(part, under(path, index), depth) for index, part in enumerate(raw))

    def _segments(self, raw: object, path: str, depth: int) -> Condition:
        names = raw if isinstance(raw, list) and raw else [raw]
        found = tuple(self._segment(name, path, depth) for name in names)
        return found[0] if len(found) == 1 else AnyOf(found)

    def _segment(self, name: object, path: str, depth: int) -> Condition:
        if not isinstance(name, str) or name not in self.names.segments:
            self.problems.missing(path, "segment", str(name), self.names.segments)
            return _never()
        if name in self.inside:
            way = " → ".join((*self.inside[self.inside.index(name) :], name))
            self.problems.error(path, f"the segment leads back to itself: {way}")
            return _never()
        # What else is wrong inside is told once, where the segment itself is read.
        scratch = Problems()
        inner = _Parser(scratch, self.names, (*self.inside, name), self.nodes)
        tree = inner.condition(self.names.segments[name], f"segments.{name}", depth)
        for message in dict.fromkeys(problem.message for problem in scratch.found):
            if "leads back to itself" in message or "too large" in message:
                self.problems.error(path, message)
        return InSegment(name, tree)
