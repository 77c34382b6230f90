"""Cutting one member's history into pieces: after an arrival, after a push, and the days between."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.events import OWN_ACTS
from bot.domain.forecast.past import Deed, Past, Piece, Pushed

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
# A piece after an arrival or a push is as long as this, unless the next one begins before.
LASTS = DAY
# Days of silence at which somebody becomes another kind of silent.
SILENCES = (1, 2, 4, 7, 14, 30)
LIVELY = 7
SETTLED = 30


def silence(days: float) -> int:
    """Return how silent somebody is who did nothing for so many days: 0 is active, the last one lost."""
    return bisect_right(SILENCES, days)


def louder_after(days: float) -> float:
    """Return after how many days of silence in all somebody will be the next kind of silent."""
    place = bisect_right(SILENCES, days)
    return SILENCES[place] if place < len(SILENCES) else float("inf")


def is_lively(days: float) -> bool:
    """Tell whether somebody who did nothing for so many days still listens, roughly."""
    return days < LIVELY


def is_settled(days: float) -> bool:
    """Tell whether somebody known for so many days is no newcomer any more."""
    return days >= SETTLED


@dataclass(frozen=True, slots=True)
class Followed:
    """What was done after an anchor at this moment: a push, or the arrival (None)."""

    at: datetime
    push: Pushed | None
    stage: str
    lively: bool
    piece: Piece


@dataclass(frozen=True, slots=True)
class Daily:
    """A day on which no push had just reached the member: how much of it counts, and what was done."""

    stage: str
    silent: int
    settled: bool
    share: float
    piece: Piece


@dataclass(frozen=True, slots=True)
class Span:
    """The time an anchor covers: after its start, up to its end.

    What a push answers bears the very second of the push, so it belongs to the time before.
    """

    start: datetime
    end: datetime
    push: Pushed | None


def spans_of(past: Past, since: datetime) -> list[Span]:
    """Return the stretches of time that an arrival or a push covers, in order, none overlapping."""
    anchors: list[tuple[datetime, Pushed | None]] = [(one.at, one) for one in past.pushes if one.at >= since]
    if past.arrived and past.deeds and past.known_since >= since:
        anchors.append((past.deeds[0][0] - INSTANT, None))
    anchors.sort(key=lambda one: one[0])
    ends = [at for at, _ in anchors[1:]]
    return [
        Span(at, min([at + LASTS, *ends[place : place + 1]]), push)
        for place, (at, push) in enumerate(anchors)
    ]


def followed(past: Past, spans: list[Span], until: datetime) -> Iterator[Followed]:
    """Return what was done in each covered stretch that history saw to its end."""
    own = _own(past)
    for span in spans:
        if span.start + LASTS <= until or span.end < span.start + LASTS:
            acts = tuple((at - span.start, deed) for at, deed in past.deeds if span.start < at <= span.end)
            lively = is_lively((span.start - _last_act(past, own, span.start)) / DAY)
            yield Followed(span.start, span.push, _stage_at(past, span.start), lively, acts)


def days(past: Past, spans: list[Span], since: datetime, until: datetime, zone: ZoneInfo) -> Iterator[Daily]:
    """Return the member's other days, whole local days only."""
    start = max(since, past.known_since)
    day = start.astimezone(zone).date() + DAY
    end = min(until, past.left_at or until)
    own = _own(past)
    free = [(at, deed) for at, deed in past.deeds if not any(one.start < at <= one.end for one in spans)]
    place = 0
    while (midnight := datetime.combine(day, time(0), zone)) + DAY <= end:
        acts: list[tuple[timedelta, Deed]] = []
        while place < len(free) and free[place][0] < midnight + DAY:
            if free[place][0] >= midnight:
                acts.append((free[place][0] - midnight, free[place][1]))
            place += 1
        covered = sum((_overlap(one, midnight) for one in spans), timedelta())
        share = max(0.0, 1 - covered / DAY)
        silent = silence((midnight - _last_act(past, own, midnight)) / DAY)
        settled = is_settled((midnight - past.known_since) / DAY)
        yield Daily(_stage_at(past, midnight), silent, settled, share, tuple(acts))
        day += DAY


def _own(past: Past) -> list[datetime]:
    return [at for at, deed in past.deeds if deed.kind in OWN_ACTS]


def _last_act(past: Past, own: list[datetime], at: datetime) -> datetime:
    place = bisect_right(own, at)
    return own[place - 1] if place else past.known_since


def _overlap(span: Span, midnight: datetime) -> timedelta:
    return max(min(span.end, midnight + DAY) - max(span.start, midnight), timedelta())


def _stage_at(past: Past, at: datetime) -> str:
    place = bisect_right(past.stages, at, key=lambda one: one[0])
    return past.stages[place - 1][1] if place else ""
