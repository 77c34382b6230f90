"""Reads single values of one mapping; every mistake becomes a problem with its path, and reading goes on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from typing import TypeVar

from bot.config import values
from bot.config.document import under
from bot.config.problems import Problems, did_you_mean
from bot.domain.lifecycle.spans import Span, span

Value = TypeVar("Value")


@dataclass(slots=True)
class Cells:
    """The keys of one mapping, at `path`, and which of them were asked for."""

    raw: Mapping[str, object]
    path: str
    problems: Problems
    asked: set[str] = field(default_factory=set, init=False)

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

    def shares(self, name: str) -> tuple[tuple[str, float], ...]:
        """Return names with their shares, each above 0 and up to 1; the key is required."""
        found = self.raw.get(name) if self.has(name) else None
        if not isinstance(found, Mapping) or not found or not all(_is_share(each) for each in found.values()):
            self.error("write names with their shares, such as {a: 0.5, b: 0.5}", name)
            return ()
        return tuple((str(key), float(share)) for key, share in found.items())

    def flag(self, name: str) -> bool:
        """Return true or false; false when the key is not there."""
        return bool(self._value(name, bool, "write true or false", required=False))

    def span(self, name: str, *, required: bool = False) -> Span | None:
        """Return a span of time."""
        return self._read(name, span, required=required)

    def clock(self, name: str) -> time | None:
        """Return a time of day."""
        return self._read(name, values.time_of_day, required=False)

    def error(self, message: str, name: str = "") -> None:
        """Note a problem here, or at one of the keys."""
        self.problems.error(under(self.path, name) if name else self.path, message)

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


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1
