"""Repeating a call that may have had its effect: only with its key, while that lives, and never at night."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, update

from bot.domain.delivery.departures import Departure, InDoubt, Postponed, Refused, Stopped
from bot.domain.delivery.hours import quiet_until, zone_of
from bot.domain.delivery.policy import DeliveryPolicy
from bot.domain.delivery.reasons import Reason
from storage.outbox.rows import OUTBOX
from storage.reading import stamped

# The first repetition comes after this long, each further one after twice as long.
REPEAT_AFTER = timedelta(seconds=2)
LONGEST = timedelta(minutes=10)


def repeated(departure: Departure) -> bool:
    """Return whether the platform may have seen the message before this call."""
    return departure.keyed_at is not None and departure.keyed_at < departure.claimed_at


def in_doubt(
    c: Connection, outcome: Postponed | InDoubt | Refused | Stopped, policy: DeliveryPolicy, now: datetime
) -> dict[str, Any]:
    """Return how the row is marked: to be repeated if the key still lives then, else *unknown*."""
    departure = outcome.departure
    route = policy.routes.get(departure.route)
    due = now + min(REPEAT_AFTER * 2 ** min(departure.attempt - 1, 12), LONGEST)
    if isinstance(outcome, Postponed):
        due = max(due, outcome.until)
    if not departure.message.is_answer:
        due = by_day(policy, due)
    if route is not None and route.key_lives(departure.keyed_at, due):
        # Stays claimed but without an owner: `adopt` sends it again with the same key, past the gates.
        words = {"why": outcome.reason, "words": outcome.detail, "due": stamped(c, due)}
        return {"into": "sending", "done": False, **words}
    return {"into": "unknown", "why": Reason.DOUBTFUL.value, "words": outcome.detail}


def by_day(policy: DeliveryPolicy, moment: datetime) -> datetime:
    """Return this moment, or the end of the quiet hours it falls in."""
    if policy.quiet is None:
        return moment
    return quiet_until(policy.quiet, moment, zone_of(None, policy.zone)) or moment


def awake(c: Connection, rows: Sequence[Any], policy: DeliveryPolicy, now: datetime) -> list[Any]:
    """Return those rows that may be repeated at this hour; the others are put off until the morning."""
    morning = by_day(policy, now)
    asleep = [row.id for row in rows if morning > now and not row.is_answer]
    if asleep:
        c.execute(update(OUTBOX).where(OUTBOX.c.id.in_(asleep)).values(owner="", due_at=morning))
    left = set(asleep)
    return [row for row in rows if row.id not in left]
