"""Which leaves of a condition make it false, and what each of them would have to become."""

from collections.abc import Iterator

from bot.domain.conditions import AllOf, AnyOf, InSegment, Not
from bot.domain.explanation import Clause
from bot.domain.value import value


@value
class Culprit:
    """One leaf as it stands, and the truth it would need. `either` says that one of several would do."""

    clause: Clause
    wanted: bool
    either: bool = False
    within: str = ""


def culprits(clause: Clause, *, wanted: bool = True) -> tuple[Culprit, ...]:
    """Return the leaves to blame for a condition not having the `wanted` truth, from left to right.

    All of them must turn, but of those marked `either` one is enough. Nothing when it has that truth.
    """
    return tuple(_blamed(clause, wanted, either=False, within=""))


def _blamed(clause: Clause, wanted: bool, *, either: bool, within: str) -> Iterator[Culprit]:
    if clause.holds is wanted:
        return
    match clause.condition:
        case Not():
            yield from _blamed(clause.parts[0], not wanted, either=either, within=within)
        case InSegment(name):
            yield from _blamed(clause.parts[0], wanted, either=either, within=within or name)
        case AllOf() | AnyOf() if clause.parts:
            # What should hold together needs every part; what should hold by any needs one of them.
            choice = isinstance(clause.condition, AnyOf) is wanted and len(clause.parts) > 1
            for part in clause.parts:
                yield from _blamed(part, wanted, either=either or choice, within=within)
        case _:
            yield Culprit(clause, wanted, either, within)
