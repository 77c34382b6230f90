"""What charts over days share: the frame, the axes, and every day between the first and the last."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

Option = dict[str, Any]
INK, FAINT = "#33413c", "#e6ece8"
SHARED: Option = {"animationDuration": 400, "aria": {"enabled": True}, "backgroundColor": "transparent"}


def over_days(days: Sequence[date], series: list[Option]) -> Option:
    """Return the option of a chart with a day axis and these series."""
    axis = {"axisLine": {"lineStyle": {"color": "#b9c6c0"}}, "axisLabel": {"color": INK}}
    return {
        "tooltip": {"trigger": "axis", "renderMode": "richText", "confine": True, "order": "seriesDesc"},
        "legend": {"type": "scroll", "top": 0, "icon": "roundRect", "textStyle": {"color": INK}},
        "grid": {"left": 8, "right": 16, "top": 40, "bottom": 8, "containLabel": True},
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


def between(found: Iterable[date]) -> tuple[date, ...]:
    """Return every day from the first to the last of those found."""
    known = sorted(set(found))
    span = range(known[0].toordinal(), known[-1].toordinal() + 1) if known else range(0)
    return tuple(date.fromordinal(number) for number in span)
