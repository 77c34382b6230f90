"""How members behave: history cut into pieces by where a member stood, and seeded draws of them."""

import math
from collections.abc import Hashable, Iterable, Mapping
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from bot.domain.events import Scalar
from bot.domain.forecast.past import Past, Piece, Pushed, Record, Used
from bot.domain.value import evolve, value
from bot.domain.words import is_word
from scheduler.forecast.drawing import FOLDS, Draw, Drawn, Shelf, weights
from scheduler.forecast.pieces import DAY, days, followed, spans_of

Kinds = tuple[Hashable, ...]
# Stands in a piece for the keyword that the push before it asked for.
CLAIM = "\0claim"
ALL: Kinds = ("all",)
# Days of being known at which somebody becomes less likely to leave.
TENURES = (1, 7, 30, 90)


@value
class Coming:
    """The first day of one who came: the time of day it began, what they did, what a shop told of them."""

    clock: timedelta
    piece: Piece
    traits: Mapping[str, Scalar]


class Habits:
    """All of history, cut and sorted once; `replicate` gives one draw of it."""

    def __init__(self, record: Record, zone: ZoneInfo) -> None:
        """Cut everybody's history into pieces."""
        self._arrivals = record.arrivals or (0,)
        self._coming, self._after = Shelf[Coming](), Shelf[Piece]()
        self._quiet, self._used, self._left = Shelf[Piece](), Shelf[Used](), Shelf[bool]()
        for past in record.pasts:
            self._learn(past, record, zone)

    def replicate(self, rng: Random, share: float = 1.0) -> "Behaviour":
        """Return how members behave in one replicate; `share` of the newcomers come here."""
        drawn = weights(rng)
        shelves = (self._coming, self._after, self._quiet, self._used, self._left)
        coming, after, quiet, used, left = (shelf.drawn(drawn) for shelf in shelves)
        arrivals = tuple(rng.choices(self._arrivals, k=len(self._arrivals)))
        return Behaviour(arrivals, share, coming, after, quiet, used, left)  # type: ignore[arg-type]  # in their order

    def _learn(self, past: Past, record: Record, zone: ZoneInfo) -> None:
        fold = past.member_id % FOLDS
        spans = spans_of(past, record.since)
        for each in followed(past, spans, record.until):
            if each.push is None:
                wall = each.at.astimezone(zone)
                clock = timedelta(hours=wall.hour, minutes=wall.minute, seconds=wall.second)
                self._coming.keep(ALL, fold, Coming(clock, each.piece, past.traits))
            else:
                piece = _unnamed(each.piece, each.push.keyword)
                self._after.keep(_after(each.push, each.stage, lively=each.lively), fold, piece)
        for day in days(past, spans, record.since, record.until, zone):
            kinds = _quietly(day.stage, day.silent, settled=day.settled)
            self._quiet.look(kinds, fold, day.share)
            if day.piece:
                self._quiet.keep(kinds, fold, day.piece)
        for used in past.used:
            self._used.keep(_used(used.batch), fold, used)
        start, end = max(record.since, past.known_since), past.left_at or record.until
        for tenure, looked in _tenures(past.known_since, start, end):
            self._left.look((tenure,), fold, looked)
        if past.left_at is not None and past.left_at > record.since:
            self._left.keep((_tenure(past.left_at - past.known_since),), fold, piece=True)


class Behaviour:
    """What members do in one replicate."""

    def __init__(
        self,
        arrivals: tuple[int, ...],
        share: float,
        coming: Drawn[Coming],
        after: Drawn[Piece],
        quiet: Drawn[Piece],
        used: Drawn[Used],
        left: Drawn[bool],
    ) -> None:
        """Hold the draws; `arrivals` are the numbers of newcomers on the days of history."""
        self._arrivals, self._share = arrivals, share
        self._coming, self._after, self._quiet = coming, after, quiet
        self._used, self._left = used, left

    def newcomers(self, rng: Random) -> list[Coming]:
        """Return who comes on one day."""
        draw = self._coming.piece_of(ALL)
        if draw is None:
            return []
        expected = rng.choice(self._arrivals) * self._share
        return [draw.one(rng) for _ in range(int(expected + rng.random()))]

    def after(self, push: Pushed, stage: str, rng: Random, *, lively: bool) -> Piece:
        """Return what somebody in a stage does within a day of a push; `lively` as in `pieces.is_lively`."""
        draw = self._after.piece_of(_after(push, stage, lively=lively))
        return draw.one(rng) if draw is not None else ()

    def quietly(self, stage: str, silent: int, *, settled: bool) -> Draw[Piece] | None:
        """Return the days of those in a stage who were known and silent for about as long."""
        return self._quiet.days_of(_quietly(stage, silent, settled=settled))

    def use(self, batch: str, rng: Random, age: timedelta = timedelta()) -> Used | None:
        """Return how a coupon of this age that is not used yet will be used, None when it never is."""
        draw = self._used.piece_of(_used(batch))
        for _ in range(FOLDS):
            used = draw.one(rng) if draw is not None else None
            if used is None or used.after is None:
                return None
            if used.after > age:
                return used
        return None

    def leaves_after(self, known_for: timedelta, rng: Random) -> timedelta | None:
        """Return after how long somebody known for this long leaves, None when not for years."""
        days = known_for / DAY
        for tenure, edge in enumerate((*TENURES, 3650)):
            draw = self._left.of(tenure) if days < edge else None
            if draw is not None and draw.chance:
                wait = -math.log(1.0 - rng.random()) / draw.chance
                if days + wait < edge:
                    return timedelta(days=days + wait) - known_for
            days = max(days, edge)
        return None


def _unnamed(piece: Piece, keyword: str) -> Piece:
    """Return the piece with a mark for the keyword, so that it can follow a push which asks for another."""
    if not keyword:
        return piece
    return tuple(
        (at, evolve(deed, text=CLAIM) if is_word(deed.text, (keyword,)) else deed) for at, deed in piece
    )


def _after(push: Pushed, stage: str, *, lively: bool) -> Kinds:
    step = ("step", push.program, push.step)
    kind = ("kind", push.purpose, push.offers, bool(push.keyword))
    return ((step, stage, lively), (step, lively), (kind, stage, lively), (kind, lively), kind, "all")


def _quietly(stage: str, silent: int, *, settled: bool) -> Kinds:
    return ((stage, silent, settled), (stage, silent), ("stage", stage), ("silent", silent), "all")


def _used(batch: str) -> Kinds:
    return (("batch", batch), "all")


def _tenure(known_for: timedelta) -> int:
    return next((place for place, edge in enumerate(TENURES) if known_for / DAY < edge), len(TENURES))


def _tenures(known_since: datetime, start: datetime, end: datetime) -> Iterable[tuple[int, float]]:
    """Yield how many days of a stretch belong to each tenure."""
    low = 0.0
    for place, edge in enumerate((*TENURES, math.inf)):
        since = max((start - known_since) / DAY, low)
        until = min((end - known_since) / DAY, edge)
        if until > since:
            yield place, until - since
        low = edge
