"""A code to invite by, to be drawn: what a message asks for in the place of a picture's path."""

from bot.domain.month import DRAWN, SEPARATOR
from bot.domain.value import value

POSTER = f"{DRAWN}poster{SEPARATOR}"
PARTS = 3


@value
class Poster:
    """The address in the code, what stands above it, and what below."""

    url: str
    title: str
    line: str


def poster_of(media: str) -> Poster:
    """Return the poster that a message asks for, written ``drawn:poster;URL;title;line``.

    Raises ValueError for anything else.
    """
    parts = media.removeprefix(POSTER).split(SEPARATOR, PARTS - 1)
    if not media.startswith(POSTER) or len(parts) != PARTS or not parts[0]:
        raise ValueError("no poster to draw")
    return Poster(*parts)
