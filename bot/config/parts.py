"""What other parts of the program lend to the reading of the file."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from bot.domain.lifecycle.kinds import RuleKind


class MessageFault(Protocol):
    """One thing wrong with one message file."""

    @property
    def path(self) -> str:
        """Return the file below the search path."""
        ...

    @property
    def message(self) -> str:
        """Return what is wrong with it."""
        ...


class Messages(Protocol):
    """Every message on the search path that can be rendered."""

    @property
    def problems(self) -> Sequence[MessageFault]:
        """Return what is wrong with the others."""
        ...

    def families(self) -> Mapping[str, Collection[str]]:
        """Return the variants of each family by its name."""
        ...

    def purpose(self, name: str) -> str | None:
        """Return ``service`` or ``marketing`` of a family."""
        ...

    def lacks(self, name: str, method: str, *, personalised: bool = True) -> str | None:
        """Return the file that is missing for a route's method, None when the family can serve it."""
        ...


class ReadMessages(Protocol):
    """Reads the messages on a search path."""

    def __call__(self, paths: Sequence[Path], app: Mapping[str, Any], /) -> Messages:
        """Return them; `app` says `name`, `contact`, `timezone` and `refuse_words`."""
        ...


@dataclass(frozen=True, slots=True)
class Feasts:
    """Days of the calendar by the names people call them; `days` gives those of a name, year by year.

    `shifted` gives the weekends that are worked and the weekdays that are not.
    """

    names: Collection[str]
    days: Callable[[str], tuple[date, ...]]
    shifted: Callable[[], frozenset[date]] = frozenset


NO_FEASTS = Feasts((), lambda _name: ())


@dataclass(frozen=True, slots=True)
class Parts:
    """The kinds of steps and entries there are, and how messages are read.

    Without `messages` references to messages are not checked; `run` and `check` always give it.
    """

    rule_kinds: Collection[RuleKind] = ()
    messages: ReadMessages | None = None
    feasts: Feasts = NO_FEASTS
