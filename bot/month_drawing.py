"""A member's month as a picture (extra ``charts``)."""

from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.month import Month
from bot.drawing import FAINT, FONT, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DONE, MADE_UP, PALE = "#2f7d5c", "#c98a2b", "#9aa8a1"


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
