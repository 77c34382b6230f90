"""A member's own rhythm of doing something, and when it is broken; in whole seconds, as databases count."""

from datetime import UTC, datetime, timedelta
from math import floor

from bot.domain.conditions import Overdue
from bot.domain.members import Member, Tally

MILLE = 1000


def per_mille(times: float) -> int:
    """Return how many gaps may go by, in thousandths, so that both evaluators reckon with whole numbers."""
    return round(times * MILLE)


def gap(tally: Tally) -> timedelta | None:
    """Return the mean time from one to the next, None below two different moments."""
    span = seconds(tally.last_at) - seconds(tally.first_at)
    return timedelta(seconds=span / (tally.count - 1)) if tally.count > 1 and span > 0 else None


def overdue_from(leaf: Overdue, member: Member) -> datetime | None:
    """Return from when on the rhythm is broken, unless they do it again; None when there is no rhythm."""
    tally = member.tallies.get(leaf.kind)
    if tally is None or tally.count < max(leaf.least, 2):
        return None
    span = seconds(tally.last_at) - seconds(tally.first_at)
    if span <= 0:
        return None
    wait = per_mille(leaf.times) * span // (MILLE * (tally.count - 1)) + 1
    return datetime.fromtimestamp(seconds(tally.last_at) + wait, UTC)


def holds_overdue(leaf: Overdue, member: Member, now: datetime) -> bool:
    """Return whether the rhythm is broken by now."""
    begins = overdue_from(leaf, member)
    return begins is not None and now >= begins


def seconds(moment: datetime) -> int:
    """Return whole seconds since 1970, rounded down."""
    return floor(moment.timestamp())
