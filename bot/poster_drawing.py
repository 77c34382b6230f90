"""A code to invite by as a picture: with words around it where Chinese can be drawn (extra ``charts``)."""

from pathlib import Path

import segno

from bot.domain.poster import Poster
from bot.drawing import FAINT, FONT, INK, available, has_font

GREEN = "#2f7d5c"
# So much of a code may be damaged, a quarter: it is photographed from screens and paper.
ERROR = "q"
SCALE = 12


def write(poster: Poster, path: Path) -> None:
    """Write the picture into a file."""
    code = segno.make(poster.url, error=ERROR, micro=False)
    if not available() or not has_font():
        code.save(str(path), scale=SCALE, border=4, dark=GREEN)
        return
    # The object API: no global state, so any thread may draw.
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.colors import ListedColormap
    from matplotlib.figure import Figure

    with mpl.rc_context({"font.sans-serif": [FONT], "font.family": "sans-serif"}):
        figure = Figure(figsize=(6, 7.5), dpi=120, facecolor="white")
        FigureCanvasAgg(figure)
        figure.text(
            0.5, 0.91, poster.title, color=INK, fontsize=_size(poster.title, 22), ha="center", va="center"
        )
        axes = figure.add_axes((0.125, 0.17, 0.75, 0.6))
        axes.imshow(
            [list(row) for row in code.matrix_iter(border=2)],
            cmap=ListedColormap(["white", GREEN]),
            interpolation="nearest",
        )
        axes.set_xticks([])
        axes.set_yticks([])
        for side in axes.spines.values():
            side.set_color(FAINT)
        figure.text(
            0.5, 0.09, poster.line, color=INK, fontsize=_size(poster.line, 15), ha="center", va="center"
        )
        figure.savefig(path)


def _size(text: str, largest: int) -> float:
    """Return the size in points at which a line is no wider than the picture."""
    return min(largest, 400 / max(1, len(text)))
