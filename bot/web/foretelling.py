"""A forecast for machines and for people: one JSON document, and a page with pictures in one file."""

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.domain.forecast.foretold import NOTHING, Advice, Estimate, Forecast, Foretold
from bot.domain.forecast.series import (
    COST,
    DROPPED,
    ENTERED,
    EXITED,
    GOAL,
    HELD,
    HELD_OUT,
    ISSUED,
    REDEEMED,
    REFUSED,
    SENT,
    UNREACHABLE,
)
from bot.web import foretold_charts as charts
from bot.web.page import INLINE
from bot.web.words import Words, read

SINGLE = (ENTERED, HELD_OUT, GOAL)
BY_DETAIL = (SENT, HELD, DROPPED, UNREACHABLE, EXITED)


def document(found: Foretold) -> dict[str, object]:
    """Return the forecast as JSON values; money in 分, days as dates, intervals as `covers` says."""
    forecast = found.forecast
    return {
        "from": forecast.now,
        "days": [day.isoformat() for day in forecast.days],
        "members": forecast.members,
        "members_played": found.played,
        "replicates": forecast.replicates,
        "seed": found.seed,
        "covers": round(forecast.covers, 4),
        "took_s": round(found.took, 2),
        "stopped": found.stopped or None,
        "came": _estimate(forecast.one("came", "")),
        "left": _estimate(forecast.one("left", "")),
        "programs": {name: _program(forecast, name) for name in forecast.programs},
        "coupons": {name: _coupon(found, name) for name in found.batches},
        "handed_off": _each(forecast.of("handed_off", "")),
        "capped_members": _estimate(forecast.capped),
        "collisions": dict(zip([day.isoformat() for day in forecast.days], forecast.crowded, strict=True)),
        "messages_per_member_and_day": _per_member(forecast),
        "calendar": _calendar(found),
        "quota_used_up": _each(forecast.used_up),
        "quota_left": _each(forecast.quota_left),
        "stages": {
            name: {
                "now": found.standing.get(name, 0),
                "then": _estimate(forecast.stages.get(name, NOTHING)),
            }
            for name in sorted({*found.standing, *forecast.stages})
        },
        "advice": [_advice(one) for one in found.advice],
    }


def page(templates: Path, found: Foretold, summary: str, language: str) -> str:
    """Return the forecast as one self-contained page."""
    jinja = Environment(loader=FileSystemLoader(templates), autoescape=True, undefined=StrictUndefined)
    word = Words(read(templates), language)
    static = templates / "console" / "static"
    # Our own files, which must not be escaped inside <style> and <script>.
    assets = {name: Markup((static / name).read_text(encoding="utf-8")) for name in INLINE}  # noqa: S704  our own
    return jinja.get_template("reports/forecast.html").render(
        found=found,
        word=word,
        summary=summary.split("\n"),
        calendar=_calendar(found),
        options=charts.options(found, word),
        names=charts.NAMES,
        assets=assets,
    )


def _program(forecast: Forecast, name: str) -> dict[str, object]:
    single = {what: _estimate(forecast.one(what, name)) for what in SINGLE}
    detailed = {what: _each(forecast.of(what, name)) for what in BY_DETAIL}
    members = {
        "wanted_members": _estimate(forecast.wanted.get(name, NOTHING)),
        "reached_members": _estimate(forecast.reached.get(name, NOTHING)),
        "never_reached_members": _estimate(forecast.unreached.get(name, NOTHING)),
    }
    return {**single, **detailed, **members}


def _coupon(found: Foretold, name: str) -> dict[str, object]:
    forecast, batch = found.forecast, found.batches[name]
    dry = forecast.dry.get(name)
    return {
        "left_now": batch.left,
        "issued": _estimate(forecast.one(ISSUED, name)),
        "redeemed": _estimate(forecast.one(REDEEMED, name)),
        "refused": _each(forecast.of(REFUSED, name)),
        "cost": _estimate(forecast.one(COST, name)),
        "cost_so_far": batch.spent,
        "budget": batch.budget or None,
        "runs_dry": None
        if dry is None
        else {"share": dry.share, "earliest": dry.earliest, "middle": dry.middle},
    }


def _per_member(forecast: Forecast) -> list[float]:
    """Return how many pushes and answers each member gets on each day, on average."""
    total = forecast.by_day(one for (what, _, _), one in forecast.series.items() if what == SENT)
    return [round(each / forecast.members, 4) if forecast.members else 0.0 for each in total]


def _calendar(found: Foretold) -> list[dict[str, object]]:
    """Return the send calendar: each day with what it is, what fires, what leaves, and who is crowded."""
    forecast = found.forecast
    sent = {name: forecast.by_day(forecast.of(SENT, name).values()) for name in forecast.programs}
    each = zip(found.calendar, _per_member(forecast), forecast.crowded, strict=True)
    return [
        {
            "day": one.day.isoformat(),
            "working": one.working,
            "shifted": one.shifted,
            "festivals": list(one.feasts),
            "campaigns": list(one.firing),
            "messages": {name: round(days[place], 2) for name, days in sent.items() if days[place]},
            "per_member": per_member,
            "crowded_members": crowded,
        }
        for place, (one, per_member, crowded) in enumerate(each)
    ]


def _each(estimates: Mapping[str, Estimate]) -> dict[str, object]:
    return {detail: _estimate(one) for detail, one in sorted(estimates.items())}


def _estimate(one: Estimate) -> dict[str, object]:
    found: dict[str, object] = {"mean": round(one.mean, 2), "low": one.low, "high": one.high}
    return found | {"days": [round(day, 2) for day in one.days]} if one.days else found


def _advice(one: Advice) -> dict[str, object]:
    change = one.change
    more = None if one.more == float("inf") else round(one.more, 4)
    about = {"rule": change.rule, "step": change.step, "change": change.what, "route": change.route or None}
    return {**about, "reaches_now": round(one.before, 2), "would_reach": round(one.after, 2), "more": more}
