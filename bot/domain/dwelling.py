"""How long members stay in a stage, from who left it and who is still in it."""

from collections.abc import Iterable
from datetime import timedelta

from bot.domain.value import value

# A hair above, since a product of fractions that is a half may come out a hair above it.
HALF = 0.5 + 1e-9


@value
class Stay:
    """One member's stay in a stage: how long so far, and whether it ended."""

    stage: str
    length: timedelta
    ended: bool


@value
class Dwelling:
    """A stage: how many stayed there and left, and after what time half of them have left.

    `median` is None where less than half are expected to leave within what was seen.
    """

    stage: str
    stays: int
    left: int
    median: timedelta | None


def dwellings(stays: Iterable[Stay]) -> tuple[Dwelling, ...]:
    """Return each stage's numbers, by name.

    Who is still in a stage counts for as long as they were seen there (Kaplan and Meier, 1958): leaving them
    out would make every stage look short.
    """
    by_stage: dict[str, list[Stay]] = {}
    for stay in stays:
        by_stage.setdefault(stay.stage, []).append(stay)
    return tuple(_dwelling(stage, found) for stage, found in sorted(by_stage.items()))


def _dwelling(stage: str, stays: list[Stay]) -> Dwelling:
    # At one moment those who left count before those who were merely seen no longer.
    ordered = sorted(stays, key=lambda stay: (stay.length, not stay.ended))
    staying, median = 1.0, None
    for place, stay in enumerate(ordered):
        if stay.ended:
            staying *= 1 - 1 / (len(ordered) - place)
        if staying <= HALF:
            median = stay.length
            break
    return Dwelling(stage, len(stays), sum(stay.ended for stay in stays), median)
