"""Frequency caps: how many of a purpose a member may have in a rolling time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.delivery.policy import CapRule
from bot.domain.delivery.world import Counted


def free_at(times: Sequence[datetime], most: int, per: timedelta, now: datetime) -> datetime | None:
    """Return when one more fits under `most` in any rolling `per`, None when one fits now.

    Half open: a send exactly `per` ago no longer counts.
    """
    live = sorted(at for at in times if at + per > now)
    return live[len(live) - most] + per if len(live) >= most > 0 else (now + per if most <= 0 else None)


def capped_until(
    purpose: str, counted: Sequence[Counted], caps: Sequence[CapRule], now: datetime
) -> datetime | None:
    """Return when every cap of this purpose allows one more, None when all do now."""
    latest: datetime | None = None
    times: list[datetime] | None = None
    for cap in caps:
        if cap.purpose != purpose:
            continue
        if times is None:
            times = [place.at for place in counted if place.purpose == purpose]
        until = free_at(times, cap.max, cap.per, now)
        if until is not None and (latest is None or until > latest):
            latest = until
    return latest


def horizon(caps: Sequence[CapRule]) -> timedelta:
    """Return how far back sends must be known."""
    return max((cap.per for cap in caps), default=timedelta())
