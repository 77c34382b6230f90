"""What a command answers: names of sentences with their values, worded from a catalogue afterwards."""

from collections.abc import Iterable, Mapping

from bot.domain.value import value


@value
class Said:
    """Sentences by name, each on its own line; a value may itself be something said.

    `plain` are words that stand for themselves, such as a member's name.
    """

    parts: tuple[tuple[str, Mapping[str, object]], ...] = ()
    plain: str = ""
    joint: str = "\n"

    def __add__(self, other: "Said") -> "Said":
        """Return both, one below the other."""
        return Said((*self.parts, *other.parts))


@value
class Drawing:
    """Lines to be drawn over days: a title, the days as written, each line's name and numbers."""

    title: Said
    days: tuple[str, ...]
    series: tuple[tuple[Said, tuple[int, ...]], ...]


def say(name: str, /, **values: object) -> Said:
    """Return the sentence of this name."""
    return Said(((name, values),))


def lines(parts: Iterable[Said]) -> Said:
    """Return all of them, one below the other."""
    return Said(tuple(part for each in parts for part in each.parts))


def listed(parts: Iterable[Said], joint: str = " · ") -> Said:
    """Return all of them in one line."""
    return Said(tuple(part for each in parts for part in each.parts), joint=joint)


class Refused(Exception):
    """The line cannot be carried out; `said` tells what was read, what is wrong and a line to copy."""

    def __init__(self, said: Said) -> None:
        """Hold the answer."""
        super().__init__()
        self.said = said
