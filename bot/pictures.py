"""Pictures that messages ask for, drawn where they are sent from: nothing of them needs to be kept."""

import tempfile
from hashlib import sha256
from pathlib import Path

from bot import month_drawing, poster_drawing
from bot.domain.errors import Undeliverable
from bot.domain.month import month_of
from bot.domain.poster import POSTER, poster_of
from bot.drawing import available, has_font

KEPT = 200
UNDRAWN = "media_missing"


class Pictures:
    """Draws into a folder of its own; the oldest pictures go."""

    def __init__(self) -> None:
        """Draw nothing yet."""
        self._folder: Path | None = None

    def draw(self, media: str) -> str:
        """Return the path of the picture that a message asks for; safe in any thread.

        Raises Undeliverable for what is nothing to draw, or where a month cannot be drawn.
        """
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="hetang-pictures-"))
        path = self._folder / f"{sha256(media.encode()).hexdigest()[:24]}.png"
        try:
            _write(media, path)
        except ValueError as error:
            raise Undeliverable(UNDRAWN, detail=str(error)) from error
        for old in sorted(self._folder.glob("*.png"), key=lambda one: one.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
        return str(path)


def _write(media: str, path: Path) -> None:
    if media.startswith(POSTER):
        poster_drawing.write(poster_of(media), path)
        return
    month = month_of(media)
    if not available() or not has_font():
        raise Undeliverable(UNDRAWN, detail="no matplotlib, or no font")
    month_drawing.write(month, path)
