"""What other parts of the program lend to the reading of the file."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.domain.lifecycle.kinds import RuleKind


class MessageVariant(Protocol):
    """One member of a message family: what its front matter says and whether it can be refused."""

    @property
    def purpose(self) -> str:
        """Return ``service`` or ``marketing``."""
        ...


Families = Mapping[str, Mapping[str, MessageVariant]]


class Messages(Protocol):
    """Every message on the search path, by family and variant (``text``, ``mass``, …)."""

    @property
    def problems(self) -> Sequence[tuple[str, str]]:
        """Return (path, sentence) of every message that cannot be used."""
        ...

    def families(self) -> Families:
        """Return the variants of each family."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """The kinds of steps and entries there are, and how messages are read from a search path.

    Without `messages` references to messages are not checked; `run` and `check` always give it.
    """

    rule_kinds: Collection[RuleKind] = ()
    messages: Callable[[Sequence[Path]], Messages] | None = None
