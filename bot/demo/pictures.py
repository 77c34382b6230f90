"""The report's pictures as PNG files, drawn by matplotlib if it is installed (extra ``charts``)."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bot.drawing import FONT, available, has_font
from bot.web.axes import in_order
from bot.web.charts import PALETTE, ROUTES, STAGES
from bot.web.dashboard import Dashboard
from bot.web.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["available", "draw"]

INK, FAINT = "#33413c", "#e6ece8"


def draw(board: Dashboard, words: Words, folder: Path) -> list[Path]:
    """Write the pictures into a folder and return their paths."""
    has_font()
    makers: dict[str, Callable[[Axes, Dashboard, Words], None]] = {
        "flow": _flow,
        "pushes": _pushes,
        "reasons": _reasons,
        "coupons": _coupons,
    }
    return [_picture(name, maker, board, words, folder) for name, maker in makers.items()]


def _picture(
    name: str,
    maker: "Callable[[Axes, Dashboard, Words], None]",
    board: Dashboard,
    words: Words,
    folder: Path,
) -> Path:
    # The object API: no global state, so any thread may draw.
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context({"font.sans-serif": [FONT, "DejaVu Sans"], "font.family": "sans-serif"}):
        figure = Figure(figsize=(9, 4.6), dpi=144, layout="constrained", facecolor="white")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        axes.set_title(words("chart", name), loc="left", color=INK, fontsize=13, pad=12)
        maker(axes, board, words)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.tick_params(colors=INK, length=0)
        path = folder / f"{name}.png"
        figure.savefig(path)
    return path


def _flow(axes: "Axes", board: Dashboard, words: Words) -> None:
    names = in_order(board.flow.counts, tuple(STAGES))
    if not names:
        return
    axes.stackplot(
        _axis(board.flow.days),
        [board.flow.counts[name] for name in names],
        labels=[words("stage", name) for name in names],
        colors=[STAGES.get(name, "#8a6fb3") for name in names],
    )
    _finish(axes, board.flow.days)


def _pushes(axes: "Axes", board: Dashboard, words: Words) -> None:
    summed: Counter[tuple[str, date]] = Counter()
    for one in board.pushes:
        if one.state == "sent":
            summed[one.route, one.day] += one.messages
    days = board.flow.days
    bottom = [0] * len(days)
    for route in in_order((route for route, _ in summed), ROUTES):
        heights = [summed[route, day] for day in days]
        color = PALETTE[ROUTES.index(route) if route in ROUTES else -1]
        axes.bar(_axis(days), heights, bottom=bottom, width=0.85, color=color, label=words("route", route))
        bottom = [low + more for low, more in zip(bottom, heights, strict=True)]
    _finish(axes, days)


def _reasons(axes: "Axes", board: Dashboard, words: Words) -> None:
    summed: Counter[str] = Counter()
    for one in board.pushes:
        if one.state in ("skipped", "expired", "failed", "unknown"):
            summed[words.reason(one.reason) or words("state", one.state)] += one.messages
    rows = summed.most_common(10)[::-1]
    bars = axes.barh([name for name, _ in rows], [count for _, count in rows], color="#e0a458", height=0.6)
    axes.bar_label(bars, padding=4, color=INK)
    axes.xaxis.set_visible(False)


def _coupons(axes: "Axes", board: Dashboard, words: Words) -> None:
    days = board.flow.days
    for place, batch in enumerate(sorted({one.batch for one in board.coupons})):
        mine = {one.day: one for one in board.coupons if one.batch == batch}
        for field, style in (("issued", "-"), ("redeemed", "--")):
            total, line = 0, []
            for day in days:
                total += getattr(mine[day], field) if day in mine else 0
                line.append(total)
            label = f"{words('batch', batch)} · {words('tile', field)}"
            axes.step(_axis(days), line, style, where="post", color=PALETTE[place], label=label)
    _finish(axes, days)


def _axis(days: Sequence[date]) -> list[int]:
    return list(range(len(days)))


def _finish(axes: "Axes", days: Sequence[date]) -> None:
    every = max(1, len(days) // 9)
    marks = list(range(0, len(days), every))
    axes.set_xticks(marks, [f"{days[mark].month}/{days[mark].day}" for mark in marks])
    axes.grid(axis="y", color=FAINT)
    axes.set_axisbelow(True)
    axes.margins(x=0.01)
    handles, _ = axes.get_legend_handles_labels()
    if handles:
        axes.legend(loc="upper left", frameon=False, labelcolor=INK, fontsize=9)
