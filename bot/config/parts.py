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


class Messages(Protocol):
    """Every message on the search path, by family and variant (``text``, ``mass``, …)."""

    def families(self) -> Mapping[str, Mapping[str, MessageVariant]]:
        """Return the variants of each family."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """The kinds of steps and entries there are, and how messages are read from a search path.

    Without `messages` references to messages are not checked; `run` and `check` always give it.
    """

    rule_kinds: Collection[RuleKind] = ()
    messages: Callable[[Sequence[Path]], Messages] | None = None
