"""What is made of an object once, because it is asked for very often."""

from collections.abc import Callable
from typing import TypeVar

Asked = TypeVar("Asked")
Made = TypeVar("Made")
MOST_MADE = 20_000


def by_identity(make: Callable[[Asked], Made]) -> Callable[[Asked], Made]:
    """Return `make` with what it made remembered for each object.

    Not for equal ones: comparing two trees, or hashing one, takes as long as asking it.
    """
    known: dict[int, tuple[Asked, Made]] = {}

    def made(one: Asked) -> Made:
        found = known.get(id(one))
        if found is None:
            if len(known) >= MOST_MADE:  # of configurations that are long gone
                known.clear()
            # The object is kept as well, so that no other object gets its id.
            found = known[id(one)] = (one, make(one))
        return found[1]

    return made
