"""Reads what refers to other parts of the file, and what stands nested in a mapping."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from bot.config.conditions import parse
from bot.config.document import under
from bot.config.problems import Problems, did_you_mean
from bot.config.rules.cells import Cells
from bot.config.rules.known import OWN_EVENTS, Known
from bot.domain.conditions import AnyOf, Condition, InSegment
from bot.domain.lifecycle.kinds import Noun

Value = TypeVar("Value")
Block = Callable[[str, object, str], str]
NOBODY = AnyOf(())


def no_steps(_name: str, _raw: object, _path: str) -> str:
    """Return no step: for mappings in which steps have no place."""
    return ""


@dataclass(slots=True)
class Table(Cells):
    """The keys of one mapping, at `path`. Call `finish` when everything was asked for."""

    known: Known
    steps: Block = no_steps
    parts: list["Table"] = field(default_factory=list, init=False)

    def feast(self, name: str) -> tuple[str, tuple[date, ...]]:
        """Return a day of the calendar by its name, and when it is, year by year."""
        word = self.text(name)
        days = self.known.feasts.days(word) if word else ()
        if word and not days:
            self.problems.missing(under(self.path, name), "festival", word, self.known.feasts.names)
        return word, days

    def shifted(self) -> frozenset[date]:
        """Return the weekends that are worked and the weekdays that are not."""
        return self.known.feasts.shifted()

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
