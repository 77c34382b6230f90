"""Pictures of a forecast, as options for ECharts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from bot.domain.forecast.foretold import NOTHING, Estimate, Foretold
from bot.domain.forecast.series import DROPPED, ENTERED, ISSUED, REDEEMED
from bot.web.axes import INK, SHARED, Option, in_order, over_days
from bot.web.charts import PALETTE, ROUTES, STAGES
from bot.web.words import Words

NAMES = ("sends", "entries", "reach", "lost", "stock", "stages", "crowds")
REACHED, NEVER, NOW, THEN = "#3fa796", "#e0a458", "#b9c6c0", "#3fa796"
MOST_REASONS = 12


def options(found: Foretold, word: Words) -> dict[str, Option]:
    """Return the option of every picture by name; one without data is left out."""
    made = {
        "sends": _sends(found, word),
        "entries": _entries(found, word),
        "reach": _reach(found, word),
        "lost": _lost(found, word),
        "stock": _stock(found, word),
        "stages": _stages(found, word),
        "crowds": _crowds(found, word),
    }
    return {name: option for name, option in made.items() if option}


def _sends(found: Foretold, word: Words) -> Option:
    """Messages a day by route, stacked."""
    by_route = found.forecast.sent_by_route
    series = [
        {
            "name": word("route", route), "type": "bar", "stack": "all", "barCategoryGap": "20%",
            "color": PALETTE[place % len(PALETTE)], "data": _rounded(by_route[route]),
        }
        for place, route in enumerate(in_order(by_route, ROUTES))
    ]  # fmt: skip
    return over_days(found.forecast.days, series) if series else {}


def _entries(found: Foretold, word: Words) -> Option:
    """Members who enter each rule, day by day."""
    entered = {who: one for (what, who, _), one in found.forecast.series.items() if what == ENTERED}
    series = [
        {
            "name": word("program", name.partition(":")[2]), "type": "line", "symbol": "none",
            "color": PALETTE[place % len(PALETTE)], "data": _rounded(one.days),
        }
        for place, (name, one) in enumerate(sorted(entered.items()))
    ]  # fmt: skip
    return over_days(found.forecast.days, series) if series else {}


def _reach(found: Foretold, word: Words) -> Option:
    """Members each rule or campaign wants to write to: reached, or never."""
    forecast = found.forecast
    wanted = sorted(forecast.wanted.items(), key=lambda item: item[1].mean)
    names = [word("program", name.partition(":")[2]) for name, _ in wanted]
    rows = [
        (word("forecast", "reached"), REACHED, [_mean(forecast.reached, name) for name, _ in wanted]),
        (word("forecast", "never"), NEVER, [_mean(forecast.unreached, name) for name, _ in wanted]),
    ]
    return _rows(names, rows, stack="all") if wanted else {}


def _lost(found: Foretold, word: Words) -> Option:
    """What does not leave, by reason."""
    summed: dict[str, float] = defaultdict(float)
    for (what, _, reason), one in found.forecast.series.items():
        if what == DROPPED:
            summed[word.reason(reason)] += one.mean
    rows = sorted(summed.items(), key=lambda item: item[1])[-MOST_REASONS:]
    names, counts = [name for name, _ in rows], [round(count, 1) for _, count in rows]
    return _rows(names, [(word("forecast", "messages"), NEVER, counts)]) if rows else {}


def _stock(found: Foretold, word: Words) -> Option:
    """Coupons given and used, running totals."""
    series: list[Option] = []
    shown: list[str] = []
    for place, name in enumerate(found.batches):
        for what, dash in ((ISSUED, "solid"), (REDEEMED, "dashed")):
            one = found.forecast.one(what, name)
            if not one.mean:
                continue
            title = word("batch", name)
            label = title if what == ISSUED else f"{title} · {word('tile', 'redeemed')}"
            shown += [label] if what == ISSUED else []
            series.append({
                "name": label, "type": "line", "symbol": "none", "color": PALETTE[place % len(PALETTE)],
                "data": _running(one.days), "lineStyle": {"type": dash, "width": 2},
            })  # fmt: skip
    return over_days(found.forecast.days, series, shown) if series else {}


def _stages(found: Foretold, word: Words) -> Option:
    """Members by stage, now and at the end."""
    names = [
        name
        for name in reversed(in_order({**found.standing, **found.forecast.stages}, tuple(STAGES)))
        if name
    ]
    rows = [
        (word("forecast", "then"), THEN, [_mean(found.forecast.stages, name) for name in names]),
        (word("forecast", "now"), NOW, [float(found.standing.get(name, 0)) for name in names]),
    ]
    return _rows([word("stage", name) for name in names], rows) if names else {}


def _crowds(found: Foretold, word: Words) -> Option:
    """Members whose messages stand in each other's way, day by day."""
    if not any(found.forecast.crowded):
        return {}
    bars = {
        "name": word("forecast", "crowded"), "type": "bar", "color": "#d9577a",
        "data": _rounded(found.forecast.crowded),
    }  # fmt: skip
    return over_days(found.forecast.days, [bars])


def _rows(names: Sequence[str], rows: Sequence[tuple[str, str, Sequence[float]]], stack: str = "") -> Option:
    """Return bars that lie, a name each, of one or more kinds."""
    several = len(rows) > 1
    tooltip = {"trigger": "axis", "renderMode": "richText", "confine": True}
    marks = {"icon": "roundRect", "itemWidth": 14, "itemHeight": 9, "textStyle": {"color": INK}}
    return {
        "tooltip": {**tooltip, "axisPointer": {"type": "shadow"}},
        "legend": {"show": several, "top": 0, "left": 0, **marks},
        "grid": {"left": 8, "right": 56, "top": 36 if several else 8, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "value", "show": False},
        "yAxis": {
            "type": "category", "data": list(names), "axisTick": {"show": False}, "axisLine": {"show": False},
            "axisLabel": {"color": INK, "width": 190, "overflow": "truncate"},
        },
        "series": [
            {
                "name": name, "type": "bar", "data": list(values), "barMaxWidth": 16, "color": colour,
                **({"stack": stack} if stack else {}),
                "label": {
                    "show": True, "color": INK,
                    "position": "right" if not stack or place == len(rows) - 1 else "inside",
                },
                "labelLayout": {"hideOverlap": True},
            }
            for place, (name, colour, values) in enumerate(rows)
        ],
        **SHARED,
    }  # fmt: skip


def _mean(estimates: Mapping[str, Estimate], name: str) -> float:
    return round(estimates.get(name, NOTHING).mean, 1)


def _rounded(days: Sequence[float]) -> list[float]:
    return [round(day, 2) for day in days]


def _running(days: Sequence[float]) -> list[float]:
    total, found = 0.0, []
    for day in days:
        total += day
        found.append(round(total, 1))
    return found
