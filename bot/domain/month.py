"""A month of days to be drawn: what a message asks for in the place of a picture's path.

What is asked is all that the picture shows, so whoever sends it draws it, on whichever machine that is.
"""

from calendar import monthrange
from datetime import date

from bot.domain.value import value

DRAWN = "drawn:"
SEPARATOR = ";"
PARTS = 8


@value
class Month:
    """Days of one month: done, made up later, and which is today (0: none of it).

    `heads` are seven weekdays, Monday first; `names` what a done and a made-up day are called.
    """

    first: date
    done: frozenset[int]
    made_up: frozenset[int]
    today: int
    title: str
    heads: str
    names: tuple[str, str]

    @property
    def length(self) -> int:
        """Return how many days the month has."""
        return monthrange(self.first.year, self.first.month)[1]


def month_of(media: str) -> Month:
    """Return the month that a message asks for.

    It is written ``drawn:YYYY-MM;days;days made up;today;title;heads;name;name``, days by commas. Raises
    ValueError for anything else.
    """
    parts = media.removeprefix(DRAWN).split(SEPARATOR)
    if not media.startswith(DRAWN) or len(parts) != PARTS or len(parts[5]) != 7:
        raise ValueError("no month to draw")
    year, _, month = parts[0].partition("-")
    first = date(int(year), int(month), 1)
    return Month(
        first, _days(parts[1]), _days(parts[2]), int(parts[3]), parts[4], parts[5], (parts[6], parts[7])
    )


def _days(written: str) -> frozenset[int]:
    return frozenset(int(day) for day in written.split(",") if day)
