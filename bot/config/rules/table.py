"""Reads the keys of one mapping; every mistake becomes a problem with its path, and reading goes on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from typing import TypeVar

from bot.config import values
from bot.config.conditions import parse
from bot.config.document import under
from bot.config.problems import Problems, did_you_mean
from bot.config.rules.known import OWN_EVENTS, Known
from bot.domain.conditions import AnyOf, Condition, InSegment
from bot.domain.lifecycle.kinds import Noun
from bot.domain.lifecycle.spans import Span, span

Value = TypeVar("Value")
Block = Callable[[str, object, str], str]
NOBODY = AnyOf(())


def no_steps(_name: str, _raw: object, _path: str) -> str:
    """Return no step: for mappings in which steps have no place."""
    return ""


@dataclass(slots=True)
class Table:
    """The keys of one mapping, at `path`. Call `finish` when everything was asked for."""

    raw: Mapping[str, object]
    path: str
    problems: Problems
    known: Known
    steps: Block = no_steps
    asked: set[str] = field(default_factory=set)
    parts: list["Table"] = field(default_factory=list)

    def has(self, name: str) -> bool:
        """Return whether the key is there."""
        self.asked.add(name)
        return name in self.raw

    def is_mapping(self, name: str) -> bool:
        """Return whether the key's value has keys of its own."""
        return self.has(name) and isinstance(self.raw[name], Mapping)

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text; without a default the key is required."""
        found = self._value(name, str, "write a text", required=default is None)
        if found == "" and default is None:
            self.error("must not be empty", name)
        return found if found is not None else (default or "")

    def word(self, name: str, allowed: Sequence[str], default: str | None = None) -> str:
        """Return one of the allowed words; without a default the key is required."""
        found = self.text(name, default)
        if found in allowed:
            return found
        if found:
            self.error(f"must be one of {', '.join(allowed)}{did_you_mean(found, list(allowed))}", name)
        return default or allowed[0]

    def words(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, empty when the key is not there."""
        if not self.has(name):
            return ()
        found = self.raw[name]
        if not isinstance(found, list) or not all(isinstance(each, str) and each for each in found):
            self.error("write a list of texts, such as [a, b]", name)
            return ()
        return tuple(str(each) for each in found)

    def whole(self, name: str, default: int | None = None) -> int:
        """Return a whole number from 1; without a default the key is required."""
        found = self._value(name, int, "write a whole number", required=default is None)
        if isinstance(found, bool) or (found is not None and not 0 < found < 10**9):
            self.error("write a whole number from 1", name)
            found = None
        return found if found is not None else (default or 1)

    def number(self, name: str, low: float, high: float) -> float:
        """Return a required number between `low` and `high`."""
        found = self.raw.get(name) if self.has(name) else None
        if isinstance(found, bool) or not isinstance(found, int | float) or not low <= found <= high:
            self.error(f"write a number from {low:g} to {high:g}", name)
            return low
        return float(found)

    def flag(self, name: str) -> bool:
        """Return true or false; false when the key is not there."""
        return bool(self._value(name, bool, "write true or false", required=False))

    def span(self, name: str, *, required: bool = False) -> Span | None:
        """Return a span of time."""
        return self._read(name, span, required=required)

    def clock(self, name: str) -> time | None:
        """Return a time of day."""
        return self._read(name, values.time_of_day, required=False)

    def condition(self, name: str) -> Condition | None:
        """Return a condition, None when the key is not there."""
        if not self.has(name):
            return None
        return parse(self.raw[name], under(self.path, name), self.problems, self.known.names)

    def segment(self, name: str) -> tuple[str, Condition]:
        """Return the name of a segment and its resolved tree."""
        segment = self.reference(name, "segment")
        raw = self.known.names.segments.get(segment)
        if raw is None:
            return segment, NOBODY
        # What is wrong inside is reported where the segment stands.
        return segment, parse(raw, f"segments.{segment}", Problems(), self.known.names)

    def segment_condition(self, name: str) -> Condition:
        """Return the condition of being in the segment named here."""
        return InSegment(*self.segment(name))

    def reference(self, name: str, noun: Noun, default: str | None = None) -> str:
        """Return the name of something declared elsewhere in the file."""
        found = self.text(name, default)
        if found:
            self._check(under(self.path, name), noun, found)
        return found

    def references(self, name: str, noun: Noun) -> tuple[str, ...]:
        """Return the names of things declared elsewhere; at least one is required."""
        found = self.words(name)
        if not found and self.raw.get(name, ()) in ((), []):
            self.error("name at least one", name)
        for index, each in enumerate(found):
            self._check(under(under(self.path, name), index), noun, each)
        return found

    def block(self, name: str) -> str:
        """Return the id of the first step of a nested list of steps; an absent list is the next step."""
        raw = self.raw[name] if self.has(name) else []
        return self.steps(name, raw, under(self.path, name))

    def inside(self, name: str) -> "Table":
        """Return the keys of a nested mapping; an absent one has no keys."""
        raw = self.raw[name] if self.has(name) else {}
        return self._part(raw, under(self.path, name))

    def each(self, name: str) -> Iterator["Table"]:
        """Return the mappings of a list, one by one."""
        raw = self.raw[name] if self.has(name) else []
        if not isinstance(raw, list) or not raw:
            self.error("write a list with at least one entry", name)
            return
        for index, entry in enumerate(raw):
            yield self._part(entry, under(under(self.path, name), index))

    def error(self, message: str, name: str = "") -> None:
        """Note a problem here, or at one of the keys."""
        self.problems.error(under(self.path, name) if name else self.path, message)

    def finish(self) -> None:
        """Note every key that nobody asked for."""
        for key in self.raw:
            if key not in self.asked:
                hint = did_you_mean(str(key), sorted(self.asked))
                self.problems.error(under(self.path, str(key)), f"unknown key{hint}")
        for part in self.parts:
            part.finish()

    def _part(self, raw: object, path: str) -> "Table":
        if not isinstance(raw, Mapping):
            self.problems.error(path, "write keys with values")
            raw = {}
        prefix = path.removeprefix(self.path)
        part = Table(raw, path, self.problems, self.known, self._nested(prefix))
        self.parts.append(part)
        return part

    def _nested(self, prefix: str) -> Block:
        return lambda name, raw, path: self.steps(f"{prefix}.{name}", raw, path)

    def _check(self, path: str, noun: Noun, name: str) -> None:
        known = self.known.of(noun)
        own = noun == "event" and name.startswith(OWN_EVENTS)
        if known is not None and not own and name not in known:
            self.problems.missing(path, noun, name, known)

    def _value(self, name: str, shape: type[Value], sentence: str, *, required: bool) -> Value | None:
        if not self.has(name):
            if required:
                self.error("this is required", name)
            return None
        found = self.raw[name]
        if not isinstance(found, shape):
            self.error(sentence, name)
            return None
        return found

    def _read(self, name: str, read: Callable[[object], Value], *, required: bool) -> Value | None:
        if not self.has(name):
            if required:
                self.error("this is required", name)
            return None
        try:
            return read(self.raw[name])
        except ValueError as error:
            self.error(str(error), name)
            return None
