"""What charts share: colours, the frame over days, and a legend that shows every name at every width."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

Option = dict[str, Any]
INK, FAINT = "#33413c", "#e6ece8"
SHARED: Option = {"animationDuration": 400, "aria": {"enabled": True}, "backgroundColor": "transparent"}
# A chart is at least so wide beside another one, and on a phone; a row of the legend is so high. Pixels.
WIDE, NARROW, ROW = 400, 300, 22
_ICON, _GAP = 14, 10


def over_days(days: Sequence[date], series: list[Option], names: Sequence[str] = ()) -> Option:
    """Return the option of a chart with a day axis and these series; `names` are its legend, if not all."""
    axis = {"axisLine": {"lineStyle": {"color": "#b9c6c0"}}, "axisLabel": {"color": INK}}
    shown = list(names) or [str(one["name"]) for one in series]
    base: Option = {
        "tooltip": {"trigger": "axis", "renderMode": "richText", "confine": True, "order": "seriesDesc"},
        "legend": {
            "type": "plain", "top": 0, "left": 0, "right": 0, "icon": "roundRect", "data": shown,
            "itemWidth": _ICON, "itemHeight": 9, "itemGap": _GAP, "textStyle": {"color": INK},
        },
        "grid": _grid(shown, WIDE),
        "xAxis": {
            "type": "category", "data": [f"{day.month}/{day.day}" for day in days], **axis,
            "boundaryGap": series[0]["type"] == "bar", "axisTick": {"show": False},
        },
        "yAxis": {
            "type": "value", "minInterval": 1, "splitLine": {"lineStyle": {"color": FAINT}},
            "axisLabel": {"color": INK},
        },
        "series": series,
        **SHARED,
    }  # fmt: skip
    narrow = {"query": {"maxWidth": WIDE}, "option": {"grid": _grid(shown, NARROW)}}
    return {"baseOption": base, "media": [narrow, {"option": {"grid": base["grid"]}}]}


def _grid(names: Sequence[str], width: int) -> Option:
    """Return the chart's frame, below as many rows of the legend as these names take."""
    return {
        "left": 8,
        "right": 16,
        "top": 14 + ROW * rows_of(names, width),
        "bottom": 8,
        "containLabel": True,
    }


def rows_of(names: Sequence[str], width: int) -> int:
    """Return how many rows a legend takes in so many pixels, rather one too many than one too few."""
    rows, left = 1, width
    for name in names:
        needed = _ICON + 5 + _GAP + sum(12 if character > "\u2e80" else 7 for character in name)
        if needed > left and left < width:
            rows, left = rows + 1, width
        left -= needed
    return rows


def between(found: Iterable[date]) -> tuple[date, ...]:
    """Return every day from the first to the last of those found."""
    known = sorted(set(found))
    span = range(known[0].toordinal(), known[-1].toordinal() + 1) if known else range(0)
    return tuple(date.fromordinal(number) for number in span)


def in_order(found: Iterable[str], usual: Sequence[str]) -> list[str]:
    """Return names in their usual order, those nobody expected behind them, so that colours stay."""
    present = set(found)
    return [name for name in usual if name in present] + sorted(present.difference(usual))
