"""A member's month as a picture, drawn where it is sent from (extra ``charts``)."""

import tempfile
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.errors import Undeliverable
from bot.domain.month import Month, month_of
from bot.drawing import FAINT, FONT, INK, has_font

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DONE, MADE_UP, PALE = "#2f7d5c", "#c98a2b", "#9aa8a1"
KEPT = 200
UNDRAWN = "media_missing"


class MonthEasel:
    """Draws into a folder of its own; the oldest pictures go. Nothing there is needed after the sending."""

    def __init__(self) -> None:
        """Draw nothing yet."""
        self._folder: Path | None = None

    def draw(self, media: str) -> str:
        """Return the path of the picture that a message asks for; safe in any thread.

        Raises Undeliverable where Chinese cannot be drawn, or for what is no month.
        """
        try:
            month = month_of(media)
        except ValueError as error:
            raise Undeliverable(UNDRAWN, detail=str(error)) from error
        if not has_font():
            raise Undeliverable(UNDRAWN, detail="no font")
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="hetang-months-"))
        path = self._folder / f"{sha256(media.encode()).hexdigest()[:24]}.png"
        write(month, path)
        for old in sorted(self._folder.glob("*.png"), key=lambda one: one.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
        return str(path)


def write(month: Month, path: Path) -> None:
    """Write the picture of a month into a file."""
    # The object API: no global state, so any thread may draw.
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    weeks = (month.first.weekday() + month.length + 6) // 7
    with mpl.rc_context({"font.sans-serif": [FONT], "font.family": "sans-serif"}):
        figure = Figure(figsize=(6, 1.9 + 0.8 * weeks), dpi=120, facecolor="white")
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(-0.75, 6.75)
        axes.set_ylim(weeks + 0.35, -2)
        axes.set_aspect("equal")
        axes.text(-0.4, -1.45, month.title, color=INK, fontsize=15, va="center")
        for column, head in enumerate(month.heads):
            axes.text(column, -0.7, head, color=PALE, fontsize=12, ha="center", va="center")
        for day in range(1, month.length + 1):
            place = month.first.weekday() + day - 1
            _day(axes, month, day, place % 7, place // 7)
        _mark(axes, DONE, 0.0, weeks - 0.05, 0.14, filled=True)
        axes.text(0.25, weeks - 0.05, month.names[0], color=INK, fontsize=10, va="center")
        _mark(axes, MADE_UP, 1.5, weeks - 0.05, 0.14, filled=False)
        axes.text(1.75, weeks - 0.05, month.names[1], color=INK, fontsize=10, va="center")
        figure.savefig(path)


def _day(axes: "Axes", month: Month, day: int, column: float, row: float) -> None:
    colour = PALE
    if day in month.done:
        _mark(axes, DONE, column, row, 0.38, filled=True)
        colour = "white"
    elif day in month.made_up:
        _mark(axes, MADE_UP, column, row, 0.38, filled=False)
        colour = MADE_UP
    elif day == month.today:
        _mark(axes, FAINT, column, row, 0.38, filled=True)
        colour = INK
    axes.text(column, row, str(day), color=colour, fontsize=13, ha="center", va="center_baseline")


def _mark(axes: "Axes", colour: str, column: float, row: float, size: float, *, filled: bool) -> None:
    from matplotlib.patches import Circle

    face = colour if filled else "white"
    axes.add_patch(Circle((column, row), size, facecolor=face, edgecolor=colour, linewidth=2))
