"""What the replicates come to together: means, and intervals that the future should lie in."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.forecast.foretold import Dryness, Estimate, Forecast
from scheduler.forecast.census import Result

OUTSIDE = 0.05


def interval(values: Iterable[float]) -> tuple[float, float, float]:
    """Return low and high of the interval that the next value lies in, and how often it does.

    Of n + 1 alike values each place is as likely for the next one, so between the r-th from below and the
    r-th from above it lies in 1 - 2r / (n + 1) of all cases: from 19 values on, r gives nine in ten.
    """
    ordered = sorted(values)
    place = max(int(OUTSIDE * (len(ordered) + 1)), 1)
    covers = max(1 - 2 * place / (len(ordered) + 1), 0.0)
    return ordered[place - 1], ordered[-place], covers


def estimate(values: Sequence[float], days: Sequence[Sequence[float]] = ()) -> Estimate:
    """Return the estimate of what these replicates counted, in all and by day."""
    low, high, _ = interval(values)
    by_day = tuple(sum(day) / len(values) for day in zip(*days, strict=True)) if days else ()
    return Estimate(sum(values) / len(values), low, high, by_day)


def gathered(now: datetime, zone: ZoneInfo, days: int, members: int, results: Sequence[Result]) -> Forecast:
    """Return the forecast that these replicates make; days are those of the zone, from today on."""
    nothing: Sequence[float] = [0] * days
    first = now.astimezone(zone).date()
    names = sorted({series for result in results for series in result.counts})
    series = {}
    for name in names:
        counted = [result.counts.get(name, nothing) for result in results]
        series[name] = estimate([sum(one) for one in counted], counted)
    unreached = [
        {name: wanted - result.reached.get(name, 0) for name, wanted in result.wanted.items()}
        for result in results
    ]
    crowded = [result.crowded for result in results]
    return Forecast(
        now=now,
        days=tuple(first + timedelta(days=place) for place in range(days)),
        members=members,
        replicates=len(results),
        covers=interval(range(len(results)))[2],
        series=series,
        wanted=_estimates([result.wanted for result in results]),
        reached=_estimates([result.reached for result in results]),
        unreached=_estimates(unreached),
        capped=estimate([result.capped for result in results]),
        crowded=tuple(sum(day) / len(results) for day in zip(*crowded, strict=True)),
        dry=_dry(results, zone),
        stages=_estimates([result.stages for result in results]),
        used_up=_estimates([result.used_up for result in results]),
        quota_left=_estimates([result.quota_left for result in results]),
    )


def _estimates(counted: Sequence[Mapping[str, float]]) -> dict[str, Estimate]:
    names = sorted({name for one in counted for name in one})
    return {name: estimate([one.get(name, 0) for one in counted]) for name in names}


def _dry(results: Sequence[Result], zone: ZoneInfo) -> dict[str, Dryness]:
    found = {}
    for batch in sorted({batch for result in results for batch in result.dry}):
        moments = (result.dry[batch] for result in results if batch in result.dry)
        when = sorted(moment.astimezone(zone).date() for moment in moments)
        found[batch] = Dryness(len(when) / len(results), when[0], when[len(when) // 2])
    return found
