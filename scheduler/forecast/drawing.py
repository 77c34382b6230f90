"""Pieces of history on shelves, and the weighted draw that one replicate makes of them.

History is dealt into folds by member. Every replicate draws its folds anew, with replacement, so that
what a forecast promises is as unsure as the history is short (a bootstrap over members and not over days,
since the days of one member are alike).
"""

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

Kept = TypeVar("Kept")
FOLDS = 50
# Fewer pieces, or fewer days, than this say little of a kind: then the next wider kind is asked.
FEWEST_PIECES = 5
FEWEST_DAYS = 20.0


@dataclass(slots=True)
class Cell(Generic[Kept]):
    """What history has of one kind: pieces by fold, and in how many days of each fold they were found."""

    pieces: list[list[Kept]] = field(default_factory=lambda: [[] for _ in range(FOLDS)])
    days: list[float] = field(default_factory=lambda: [0.0] * FOLDS)


class Draw(Generic[Kept]):
    """A cell as one replicate sees it; `count` pieces in `days` days, at most one a day."""

    def __init__(self, cell: Cell[Kept], weights: Sequence[int]) -> None:
        """Weigh the folds."""
        weighed = [
            (kept, weight) for kept, weight in zip(cell.pieces, weights, strict=True) if kept and weight
        ]
        self._pieces = [kept for kept, _ in weighed]
        self._sums = list(accumulate(len(kept) * weight for kept, weight in weighed))
        self.count = self._sums[-1] if self._sums else 0
        self.days = sum(one * weight for one, weight in zip(cell.days, weights, strict=True))
        self.chance = min(1.0, self.count / self.days) if self.days else 0.0
        self._step = math.log1p(-self.chance) if self.chance < 1 else -math.inf

    def one(self, rng: Random) -> Kept:
        """Return one of the pieces; there must be one."""
        return rng.choice(rng.choices(self._pieces, cum_weights=self._sums)[0])

    def wait(self, rng: Random) -> float:
        """Return after how many whole days the next piece comes; infinity for never."""
        if not self.count:
            return math.inf
        return 0 if self.chance >= 1 else int(math.log(1.0 - rng.random()) / self._step)


class Shelf(Generic[Kept]):
    """Cells by kind."""

    def __init__(self) -> None:
        """Begin empty."""
        self._cells: dict[Hashable, Cell[Kept]] = {}

    def keep(self, kinds: Iterable[Hashable], fold: int, piece: Kept) -> None:
        """Put a piece under each of its kinds, from the narrowest to the widest."""
        for kind in kinds:
            self._cells.setdefault(kind, Cell()).pieces[fold].append(piece)

    def look(self, kinds: Iterable[Hashable], fold: int, days: float) -> None:
        """Note that so many days were looked at for pieces of these kinds."""
        for kind in kinds:
            self._cells.setdefault(kind, Cell()).days[fold] += days

    def drawn(self, weights: Sequence[int]) -> "Drawn[Kept]":
        """Return the shelf as one replicate sees it."""
        return Drawn({kind: Draw(cell, weights) for kind, cell in self._cells.items()})


class Drawn(Generic[Kept]):
    """A shelf in one replicate."""

    def __init__(self, draws: dict[Hashable, Draw[Kept]]) -> None:
        """Hold the draws."""
        self._draws = draws
        self._found: dict[tuple[Hashable, ...], Draw[Kept] | None] = {}

    def of(self, kind: Hashable) -> Draw[Kept] | None:
        """Return this kind, None when history knows nothing of it."""
        return self._draws.get(kind)

    def piece_of(self, kinds: tuple[Hashable, ...]) -> Draw[Kept] | None:
        """Return the narrowest kind with enough pieces, else the widest with any."""
        if kinds not in self._found:
            known = [draw for kind in kinds if (draw := self._draws.get(kind)) is not None and draw.count]
            last = known[-1] if known else None
            self._found[kinds] = next((draw for draw in known if draw.count >= FEWEST_PIECES), last)
        return self._found[kinds]

    def days_of(self, kinds: tuple[Hashable, ...]) -> Draw[Kept] | None:
        """Return the narrowest kind with enough days, else the widest there is."""
        if kinds not in self._found:
            known = [draw for kind in kinds if (draw := self._draws.get(kind)) is not None]
            last = known[-1] if known else None
            self._found[kinds] = next((draw for draw in known if draw.days >= FEWEST_DAYS), last)
        return self._found[kinds]


def weights(rng: Random) -> list[int]:
    """Return how often each fold is drawn in one replicate."""
    found = [0] * FOLDS
    for fold in rng.choices(range(FOLDS), k=FOLDS):
        found[fold] += 1
    return found
