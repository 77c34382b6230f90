"""Chart options for ECharts, made of plain values; drawn by the page, so nothing here knows a browser."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from bot.web.axes import INK, SHARED, Option, between, in_order, over_days
from bot.web.dashboard import Dashboard
from bot.web.words import Words
from storage.reports import Flow, Move

# From water to flower: the further along, the warmer; who is gone is grey.
STAGES = {
    "new": "#9ad5c1",
    "engaged": "#3fa796",
    "buyer": "#f2a6b3",
    "loyal": "#d9577a",
    "dormant": "#f0d48a",
    "churned": "#b8b3a7",
    "unfollowed": "#dcdad4",
}
PALETTE = ("#3fa796", "#d9577a", "#5b8bd0", "#e0a458", "#8a6fb3", "#7fb069", "#c98b70", "#6c7a89")
# Each has its colour by its place here, whatever else is shown.
ROUTES = ("customer_service", "reply", "mass", "subscription_notice", "template_message")
HEARD = (
    "member.message", "order.paid", "member.followed", "product.viewed", "member.menu_click",
    "member.scanned", "coupon.redeemed", "member.unfollowed",
)  # fmt: skip
# Percent of a chart's width beside the first column, and for the names behind the last.
MARGIN, ROOM = 1, 18
# From so many pixels on a sentence has room beside its bar.
ROOMY = 500
_HELD = ("skipped", "expired", "failed", "unknown")


def options(board: Dashboard, words: Words) -> dict[str, Option]:
    """Return the option of every chart by name; a chart without data is left out."""
    made = {
        "flow": flow(board.flow, words),
        "moves": moves(board.moves, words),
        "pushes": pushes(board, words),
        "reasons": reasons(board, words),
        "coupons": coupons(board, words),
        "inbound": inbound(board, words),
    }
    return {name: option for name, option in made.items() if option}


def flow(found: Flow, words: Words) -> Option:
    """Members by stage over the days, stacked."""
    names = in_order(found.counts, tuple(STAGES))
    series = [
        {
            "name": words("stage", name), "type": "line", "stack": "all", "smooth": 0.3, "symbol": "none",
            "lineStyle": {"width": 0}, "areaStyle": {"opacity": 0.95}, "color": STAGES.get(name, "#8a6fb3"),
            "emphasis": {"focus": "series"}, "data": list(found.counts[name]),
        }
        for name in names
    ]  # fmt: skip
    return over_days(found.days, series) if series else {}


def moves(found: Sequence[Move], words: Words) -> Option:
    """Who went from which stage to which, a column a boundary."""
    marks = sorted({day for one in found for day in (one.since, one.until)})
    nodes: dict[str, Option] = {}

    def node(day: date, stage: str) -> str:
        name = f"{day.month}/{day.day} {words('stage', stage)}"
        nodes[name] = {
            "name": name, "depth": marks.index(day), "itemStyle": {"color": STAGES.get(stage, "#8a6fb3")},
            "label": {"formatter": words("stage", stage)},
        }  # fmt: skip
        return name

    links = [
        {"source": node(one.since, one.was), "target": node(one.until, one.stage), "value": one.members}
        for one in found
    ]
    if not links:
        return {}
    span = 100 - MARGIN - ROOM
    return {
        # Each day stands over its own column.
        "title": [
            {
                "text": f"{day.month}/{day.day}", "left": f"{MARGIN + span * place / (len(marks) - 1):.1f}%",
                "top": 0, "padding": 0,
                "textStyle": {"fontSize": 12, "fontWeight": "normal", "color": INK},
            }
            for place, day in enumerate(marks)
        ],
        "tooltip": {"trigger": "item", "renderMode": "richText", "confine": True},
        "series": [{
            "type": "sankey", "data": list(nodes.values()), "links": links, "nodeWidth": 12, "nodeGap": 12,
            "left": f"{MARGIN}%", "right": f"{ROOM}%", "top": 28, "bottom": 8, "draggable": False,
            "lineStyle": {"color": "gradient", "opacity": 0.4}, "label": {"color": INK, "fontSize": 12},
        }],
        **SHARED,
    }  # fmt: skip


def pushes(board: Dashboard, words: Words) -> Option:
    """Messages that left each day, by route."""
    left = [one for one in board.pushes if one.state == "sent"]
    summed: Counter[tuple[str, date]] = Counter()
    for one in left:
        summed[one.route, one.day] += one.messages
    return _bars(summed, ROUTES, "route", words)


def reasons(board: Dashboard, words: Words) -> Option:
    """Messages that did not leave, by reason, the most frequent on top."""
    summed: Counter[str] = Counter()
    for one in board.pushes:
        if one.state in _HELD:
            summed[words.reason(one.reason) or words("state", one.state)] += one.messages
    rows = summed.most_common(10)[::-1]
    if not rows:
        return {}
    base: Option = {
        "tooltip": {"trigger": "item", "renderMode": "richText", "confine": True},
        "grid": {"left": 8, "right": 48, "top": 8, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "value", "show": False},
        "yAxis": {
            "type": "category", "data": [name for name, _ in rows], "axisTick": {"show": False},
            "axisLine": {"show": False}, "axisLabel": {"color": INK}, "z": 9,
        },
        "series": [{
            "type": "bar", "data": [count for _, count in rows], "barMaxWidth": 18,
            "itemStyle": {"color": "#e0a458", "borderRadius": [0, 4, 4, 0]},
            "label": {"show": True, "position": "right", "color": INK},
        }],
        **SHARED,
    }  # fmt: skip
    # Where there is little room each sentence stands above its bar and not beside it.
    above = {"inside": True, "align": "left", "verticalAlign": "bottom", "margin": 0, "padding": [0, 0, 5, 0]}
    beside = {"inside": False, "align": "right", "verticalAlign": "middle", "margin": 8, "padding": 0}
    narrow = {"yAxis": {"axisLabel": above}, "grid": {"top": 18}, "series": [{"barMaxWidth": 8}]}
    wide = {"yAxis": {"axisLabel": beside}, "grid": {"top": 8}, "series": [{"barMaxWidth": 18}]}
    media = [{"query": {"maxWidth": ROOMY}, "option": narrow}, {"option": wide}]
    return {"baseOption": base, "media": media}


def coupons(board: Dashboard, words: Words) -> Option:
    """Running totals by batch: issued solid, redeemed dashed."""
    days = _days(board, (one.day for one in board.coupons))
    series = []
    for place, batch in enumerate(sorted({one.batch for one in board.coupons})):
        mine = {one.day: one for one in board.coupons if one.batch == batch}
        for field, dash in (("issued", "solid"), ("redeemed", "dashed")):
            total, data = 0, []
            for day in days:
                total += getattr(mine[day], field) if day in mine else 0
                data.append(total)
            name = words("batch", batch)
            series.append({
                "name": name if field == "issued" else f"{name} · {words('tile', field)}",
                "type": "line", "symbol": "none",
                "step": "end", "color": PALETTE[place % len(PALETTE)], "data": data,
                "lineStyle": {"type": dash, "width": 2},
            })  # fmt: skip
    if not series:
        return {}
    # A batch has one colour, and its two lines differ by their dashes, as the words above the chart say.
    return over_days(days, series, [str(one["name"]) for one in series[::2]])


def inbound(board: Dashboard, words: Words) -> Option:
    """What was heard each day, by kind."""
    summed: Counter[tuple[str, date]] = Counter()
    for one in board.inbound:
        if one.kind in HEARD:
            summed[one.kind, one.day] += one.events
    return _bars(summed, HEARD, "kind", words)


def _bars(summed: Mapping[tuple[str, date], int], names: Sequence[str], shelf: str, words: Words) -> Option:
    if not summed:
        return {}
    days = between(day for _, day in summed)
    shown = in_order((name for name, _ in summed), names)
    colour = {
        name: PALETTE[place % len(PALETTE)] for place, name in enumerate(dict.fromkeys([*names, *shown]))
    }
    series = [
        {
            "name": words(shelf, name), "type": "bar", "stack": "all", "barCategoryGap": "20%",
            "color": colour[name], "data": [summed.get((name, day), 0) for day in days],
        }
        for name in shown
    ]  # fmt: skip
    return over_days(days, series)


def _days(board: Dashboard, found: Iterable[date]) -> tuple[date, ...]:
    return board.flow.days or between(found)
