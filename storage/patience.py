"""How long to leave a thing alone that was tried in vain: twice as long each time, up to a bound."""

from datetime import timedelta

# By then any bound is reached; a power without one would soon be longer than time can be told.
DOUBLINGS = 16


def rest(soon: timedelta, late: timedelta, attempts: int) -> timedelta:
    """Return how long to wait after so many attempts before this one: `soon` at first, never over `late`."""
    return min(soon * (1 << min(attempts, DOUBLINGS)), late)
