"""What came of an attempt, as whoever resolved it tells."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.domain.effects import Effect
from bot.domain.events import Scalar
from bot.domain.value import value


@value
class Came:
    """Done when `reason` is empty, else why not.

    `facts` are told with whatever is said or announced of it; `followed` happened besides.
    """

    reason: str = ""
    facts: Mapping[str, Scalar] = field(default_factory=dict)
    followed: tuple[Effect, ...] = ()


# Resolves actions of one kind, in the order in which they were decided; one outcome each.
Resolver = Callable[[Connection, Sequence[Any], datetime], Sequence[Came]]
