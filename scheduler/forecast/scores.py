"""Recency, frequency and money scored anew every night, as `storage.rfm` does it in SQL."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.domain.events import ORDER_PAID
from bot.domain.members import Rfm
from bot.domain.value import evolve
from scheduler.forecast.being import NEVER, Being

FIFTHS = 5


def cut_points(values: list[float]) -> list[float]:
    """Return the least value of the second to the fifth fifth, as SQL's NTILE deals them."""
    ordered = sorted(values)
    size, longer = divmod(len(ordered), FIFTHS)
    starts = [fifth * size + min(fifth, longer) for fifth in range(1, FIFTHS)]
    return [ordered[start] for start in starts if start < len(ordered)]


def score(number: float, cuts: Sequence[float]) -> int:
    """Return the score: one more for every cut point reached."""
    return bisect_right(cuts, number) + 1


def rescore(beings: Iterable[Being], now: datetime) -> list[Being]:
    """Score everybody who ever paid; return whose scores moved, each to be looked at now."""
    payers: list[Being] = []
    late: list[float] = []
    often: list[float] = []
    much: list[float] = []
    for being in beings:
        tally = being.member.tallies.get(ORDER_PAID)
        if tally is not None and not being.gone:
            payers.append(being)
            late.append(tally.last_at.timestamp())
            often.append(tally.count)
            much.append(tally.amount)
    cuts = [cut_points(values) for values in (late, often, much)]
    moved = []
    for being, *numbers in zip(payers, late, often, much, strict=True):
        recency, frequency, monetary = map(score, numbers, cuts)
        had = being.member.rfm
        if had is None or (had.recency, had.frequency, had.monetary) != (recency, frequency, monetary):
            first = min(being.member.review_at or NEVER, now)
            being.member = evolve(being.member, rfm=Rfm(recency, frequency, monetary), review_at=first)
            moved.append(being)
    return moved


def next_night(now: datetime, midnight: datetime) -> datetime:
    """Return when scores are made next, half past three; `midnight` is the one that comes."""
    tonight = midnight - timedelta(days=1) + timedelta(hours=3, minutes=30)
    return tonight if tonight > now else tonight + timedelta(days=1)
