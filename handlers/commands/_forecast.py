"""What is said of a forecast; the command line says the same."""

from collections.abc import Iterator

from bot.domain.commanding.saying import Drawing, Said, lines, listed, say
from bot.domain.forecast.foretold import NOTHING, Advice, Estimate, Forecast, Foretold
from bot.domain.forecast.series import (
    CAME,
    COST,
    DROPPED,
    ENTERED,
    GOAL,
    ISSUED,
    LEFT,
    REDEEMED,
    SENT,
    UNREACHABLE,
)

MOST_REASONS = 3
MOST_LINES = 4
# A batch that runs out in fewer than one of ten replicates is not worth a line.
LIKELY = 0.1
# Of fewer than this, a percentage says nothing.
FEW = 10


def worded(found: Foretold) -> Said:
    """Return the summary: people, each rule and campaign, coupons, crowds, and what would change it."""
    forecast = found.forecast
    parts = [_head(found)]
    if found.played < forecast.members:
        parts.append(say("forecast_sampled", played=f"{found.played:,}"))
    if found.stopped:
        parts.append(say("forecast_stopped"))
    parts += [
        _program(forecast, name)
        for name in forecast.programs
        if _sent(forecast, name) or _entered(forecast, name)
    ]
    parts += _coupons(found)
    if forecast.capped.mean >= 1:
        busiest = max(range(len(forecast.days)), key=lambda place: forecast.crowded[place])
        day = forecast.days[busiest]
        parts.append(say("forecast_crowded", members=number(forecast.capped), day=f"{day:%m-%d}"))
    parts += [
        say(
            "forecast_quota",
            route=say(f"route:{route}"),
            left=number(left),
            members=number(forecast.used_up.get(route, NOTHING)),
        )
        for route, left in forecast.quota_left.items()
    ]
    parts += [_advice(one) for one in found.advice]
    return lines(parts)


def drawn(found: Foretold) -> Drawing:
    """Return the picture of the days ahead: messages by route."""
    forecast = found.forecast
    busiest = sorted(forecast.sent_by_route.items(), key=lambda item: -sum(item[1]))[:MOST_LINES]
    return Drawing(
        say("forecast_picture", days=len(forecast.days)),
        tuple(f"{day.month}/{day.day}" for day in forecast.days),
        tuple((say(f"route:{route}"), tuple(map(round, days))) for route, days in busiest),
    )


def number(one: Estimate) -> str:
    """Return an estimate as people read it: the mean, and the interval if it is one."""
    mean, low, high = round(one.mean), round(one.low), round(one.high)
    return f"{mean:,}" if low == high else f"{mean:,}（{low:,}–{high:,}）"


def _head(found: Foretold) -> Said:
    forecast = found.forecast
    return say(
        "forecast_head",
        days=len(forecast.days),
        members=f"{forecast.members:,}",
        came=number(forecast.one(CAME, "")),
        left=number(forecast.one(LEFT, "")),
        replicates=forecast.replicates,
        covers=round(forecast.covers * 100),
    )


def _program(forecast: Forecast, name: str) -> Said:
    kind, _, bare = name.partition(":")
    parts = [
        say(
            f"forecast_{kind}",
            name=bare,
            entered=number(forecast.one(ENTERED, name)),
            sent=round(_sent(forecast, name)),
        )
    ]
    lost = forecast.of(DROPPED, name)
    for reason, one in sorted(lost.items(), key=lambda item: -item[1].mean)[:MOST_REASONS]:
        if one.mean >= 1:
            parts.append(say("forecast_lost", reason=_reason(reason), count=number(one)))
    shut = sum(one.mean for one in forecast.of(UNREACHABLE, name).values())
    never = forecast.unreached.get(name)
    if shut >= 1 and never is not None and never.mean >= 1:
        parts.append(say("forecast_never", members=number(never)))
    goal = forecast.one(GOAL, name)
    if goal.mean >= 1:
        parts.append(say("forecast_goal", count=number(goal)))
    return Said((("line", {"it": listed(parts, "；")}),))


def _reason(code: str) -> Said:
    """Return the words of a reason; one with a detail, such as ``exit:order.paid``, by its family."""
    return say(f"reason:{code.partition(':')[0]}")


def _sent(forecast: Forecast, name: str) -> float:
    return sum(one.mean for one in forecast.of(SENT, name).values())


def _entered(forecast: Forecast, name: str) -> float:
    return forecast.one(ENTERED, name).mean


def _coupons(found: Foretold) -> Iterator[Said]:
    forecast = found.forecast
    for name, batch in found.batches.items():
        issued, cost = forecast.one(ISSUED, name), forecast.one(COST, name)
        if issued.mean >= 1:
            redeemed = number(forecast.one(REDEEMED, name))
            yield say(
                "forecast_coupon", title=batch.title, issued=number(issued), redeemed=redeemed,
                cost=money(cost.mean), left=f"{batch.left - round(issued.mean):,}",
            )  # fmt: skip
        dry = forecast.dry.get(name)
        if dry is not None and dry.share >= LIKELY:
            yield say(
                "forecast_dry", title=batch.title, share=round(dry.share * 100), day=f"{dry.middle:%m-%d}"
            )
        if batch.budget and batch.spent + cost.high > batch.budget:
            yield say(
                "forecast_budget",
                title=batch.title,
                budget=money(batch.budget),
                cost=money(batch.spent + cost.mean),
            )


def money(minor: float) -> str:
    """Return 分 as people read them, in whole yuan."""
    return f"¥{minor / 100:,.0f}"


def _advice(one: Advice) -> Said:
    change = one.change
    more = say("forecast_more", more=f"{one.more:+.0%}") if one.before >= FEW else Said()
    what = say(
        f"change_{change.what}", rule=change.rule, step=change.step, route=say(f"route:{change.route}")
    )
    return say("forecast_advice", what=what, before=round(one.before), after=round(one.after), more=more)
