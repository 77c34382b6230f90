"""Pictures for chat: a few lines over days, drawn by matplotlib if it is installed (extra ``charts``)."""

import importlib.util
import tempfile
from hashlib import sha256
from pathlib import Path

from bot.domain.commanding.saying import Drawing
from bot.speaking import Speaker

# Debian's fonts-noto-cjk; without it Chinese would come out as boxes, and no picture is better.
FONT = "Noto Sans CJK SC"
COLOURS = ("#2f7d5c", "#c2553f", "#3b6ea5", "#b8892b")
INK, FAINT = "#33413c", "#e6ece8"
KEPT = 20


def available() -> bool:
    """Return whether pictures can be drawn here."""
    return importlib.util.find_spec("matplotlib") is not None


class Easel:
    """Draws into a folder of its own; the oldest pictures go."""

    def __init__(self, speaker: Speaker) -> None:
        """Word titles with the speaker."""
        self._speaker = speaker
        self._folder: Path | None = None

    def draw(self, drawing: Drawing) -> str | None:
        """Write a picture and return its path, None where it cannot be drawn; safe in any thread."""
        if not has_font():
            return None
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="hetang-pictures-"))
        name = sha256(repr(drawing).encode()).hexdigest()[:16]
        path = self._folder / f"{name}.png"
        _write(drawing, self._speaker, path)
        for old in sorted(self._folder.glob("*.png"), key=lambda one: one.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
        return str(path)


def has_font() -> bool:
    """Return whether Chinese can be drawn; a font installed since the last look is found too."""
    from matplotlib import font_manager  # here, as matplotlib takes seconds to load

    known = font_manager.fontManager
    if not any(font.name == FONT for font in known.ttflist):
        # matplotlib keeps the fonts of its first start for good.
        for path in font_manager.findSystemFonts():
            if "NotoSansCJK" in path:
                known.addfont(path)
    return any(font.name == FONT for font in known.ttflist)


def _write(drawing: Drawing, speaker: Speaker, path: Path) -> None:
    # The object API: no global state, so any thread may draw.
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    with mpl.rc_context({"font.sans-serif": [FONT], "font.family": "sans-serif"}):
        figure = Figure(figsize=(8, 4.5), dpi=120, layout="constrained", facecolor="white")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        axes.set_title(speaker.worded(drawing.title), loc="left", color=INK, fontsize=14, pad=12)
        for (name, numbers), colour in zip(drawing.series, COLOURS, strict=False):
            axes.plot(drawing.days, numbers, color=colour, linewidth=2, label=speaker.worded(name))
            axes.annotate(str(numbers[-1]), (len(numbers) - 1, numbers[-1]), color=colour, xytext=(6, -3),
                          textcoords="offset points")  # fmt: skip
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(axis="y", color=FAINT)
        axes.set_axisbelow(True)
        axes.set_xticks(range(0, len(drawing.days), 2))
        axes.tick_params(colors=INK, length=0)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.legend(loc="upper left", ncols=len(drawing.series), frameon=False, labelcolor=INK, fontsize=10)
        figure.savefig(path)
