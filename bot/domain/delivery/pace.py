"""The account's rate: a generic cell rate algorithm, one moment of state an account."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.delivery.routes import Rate

# Calls may bunch within a tenth of the rate's own period, so that they travel in chunks: any stretch as
# long as the period sees at most 1.1 times the rate (50/s: 55 calls in the worst second, 5 at once;
# 3000/m: 3300 in the worst minute, 300 at once). A bunch of the whole period would make it twice the rate.
# Set the rate to nine tenths of a hard cap.
BUNCH = 0.1
# A rate halved by the platform comes back after this long without another complaint.
RECOVERS_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Grant:
    """`calls` may go now; `arrival` is the new state and `next_at` when one more may go."""

    calls: int
    arrival: datetime
    next_at: datetime


def grant(arrival: datetime, rate: Rate, slowdown: int, wanted: int, now: datetime) -> Grant:
    """Return how many of `wanted` calls may go now; `arrival` is the theoretical time of the next."""
    interval = rate.interval * slowdown
    bunch = max(rate.per * BUNCH - interval, timedelta())
    start = max(arrival, now)
    room = now + bunch - start
    free = room // interval + 1 if room >= timedelta() else 0
    calls = max(0, min(wanted, free))
    after = start + calls * interval
    return Grant(calls, after, max(now, after - bunch))
