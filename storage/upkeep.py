"""What time brings to ledgers by itself: coupons and points run out, draws are drawn, groups fall apart.

Each chore says when it has something to do and does a page of it in the caller's transaction; what
members shall hear of it is announced and becomes an event like any other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.domain.events import POINTS_EXPIRED, Scalar
from storage import announcements, drawing, parties, point_expiry, redemption


@dataclass(frozen=True, slots=True)
class Chore:
    """`next_at` tells when there is something to do, `run` does at most so much and returns how much."""

    next_at: Callable[[Connection], datetime | None]
    run: Callable[[Connection, datetime, int], int]


def _expire_coupons(connection: Connection, now: datetime, limit: int) -> int:
    expired = redemption.expire(connection, now, limit)
    announcements.coupons_expired(connection, expired, now)
    return len(expired)


def _expire_points(connection: Connection, now: datetime, limit: int) -> int:
    gone = point_expiry.expire(connection, now, limit)
    told: list[tuple[str, int, dict[str, Scalar]]] = [
        (f"points:{member_id}:{now.isoformat()}", member_id, {"points": over}) for member_id, over in gone
    ]
    announcements.announce(connection, told, POINTS_EXPIRED, now)
    return len(gone)


CHORES: tuple[Chore, ...] = (
    Chore(redemption.next_expiry, _expire_coupons),
    Chore(point_expiry.next_expiry, _expire_points),
    Chore(drawing.next_end, drawing.end_due),
    Chore(parties.next_expiry, parties.expire),
)


def next_at(connection: Connection) -> datetime | None:
    """Return when the first of all chores has something to do."""
    moments = [moment for chore in CHORES if (moment := chore.next_at(connection)) is not None]
    return min(moments, default=None)


def run(connection: Connection, now: datetime, limit: int) -> int:
    """Do a page of each chore that is due; return how much was done."""
    done = 0
    for chore in CHORES:
        moment = chore.next_at(connection)
        if moment is not None and moment <= now:
            done += chore.run(connection, now, limit)
    return done
