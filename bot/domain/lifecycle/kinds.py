"""What a plug-in of `scheduler/rules` offers: how a step or an entry is read from the file.

A kind never sees raw values: it asks `Fields`, which notes every problem with its path and gives a
harmless value instead, so that one mistake does not hide the next.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Literal, Protocol

from bot.domain.conditions import Condition
from bot.domain.lifecycle.entry import Entry
from bot.domain.lifecycle.program import Action
from bot.domain.lifecycle.spans import Span

Noun = Literal[
    "coupon", "queue", "template", "route", "segment", "stage", "step", "event", "platform template"
]


class Fields(Protocol):
    """The keys of one mapping of the file. A key nobody asked for is an unknown key."""

    def has(self, name: str) -> bool:
        """Return whether the key is there."""
        ...

    def is_mapping(self, name: str) -> bool:
        """Return whether the key's value has keys of its own."""
        ...

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text; without a default the key is required."""
        ...

    def word(self, name: str, allowed: Sequence[str], default: str | None = None) -> str:
        """Return one of the allowed words; without a default the key is required."""
        ...

    def words(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, empty when the key is not there."""
        ...

    def whole(self, name: str, default: int | None = None) -> int:
        """Return a whole number from 1; without a default the key is required."""
        ...

    def number(self, name: str, low: float, high: float) -> float:
        """Return a required number between `low` and `high`."""
        ...

    def shares(self, name: str) -> tuple[tuple[str, float], ...]:
        """Return names with their shares, each above 0 and up to 1; the key is required."""
        ...

    def flag(self, name: str) -> bool:
        """Return true or false; false when the key is not there."""
        ...

    def span(self, name: str, *, required: bool = False) -> Span | None:
        """Return a span of time."""
        ...

    def clock(self, name: str) -> time | None:
        """Return a time of day."""
        ...

    def feast(self, name: str) -> tuple[str, tuple[date, ...]]:
        """Return a day of the calendar by its name, and when it is, year by year."""
        ...

    def condition(self, name: str) -> Condition | None:
        """Return a condition, None when the key is not there."""
        ...

    def segment(self, name: str) -> tuple[str, Condition]:
        """Return the name of a segment and its resolved tree."""
        ...

    def reference(self, name: str, noun: Noun, default: str | None = None) -> str:
        """Return the name of something declared elsewhere in the file."""
        ...

    def references(self, name: str, noun: Noun) -> tuple[str, ...]:
        """Return names of things declared elsewhere in the file."""
        ...

    def block(self, name: str) -> str:
        """Return the id of the first step of a nested list of steps; an absent list is the next step."""
        ...

    def inside(self, name: str) -> "Fields":
        """Return the keys of a nested mapping; an absent one has no keys."""
        ...

    def each(self, name: str) -> Iterator["Fields"]:
        """Return the mappings of a list, one by one."""
        ...

    def error(self, message: str, name: str = "") -> None:
        """Note a problem here, or at one of the keys."""
        ...


@dataclass(frozen=True, slots=True)
class StepKind:
    """A kind of step: `name` is its key in the file, `read` makes its action from the step's keys.

    `ready` is false for a kind that is known and refused for now.
    """

    name: str
    read: Callable[[Fields], Action]
    ready: bool = True


@dataclass(frozen=True, slots=True)
class EntryKind:
    """A kind of entry: `name` is its key in the file, `read` makes the entry from the entry's keys."""

    name: str
    read: Callable[[Fields], Entry]


RuleKind = StepKind | EntryKind
