"""What happened and what was given: events and coupons by day, and the numbers at a glance."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, or_, select

from bot.domain.events import KNOWN_KINDS, ORDER_PAID
from storage.reports.calendar import hour_of, local_day
from storage.reports.pushes import outbox_states
from storage.tables import table
from storage.tables.delivery import CouponRow
from storage.tables.events import EventRow
from storage.tables.members import MemberRow

EVENT = table(EventRow)
COUPON = table(CouponRow)
MEMBER = table(MemberRow)


@dataclass(frozen=True, slots=True)
class CouponCount:
    """Coupons of one batch on one day: handed out, redeemed, run out."""

    day: date
    batch: str
    issued: int
    redeemed: int
    expired: int


@dataclass(frozen=True, slots=True)
class EventCount:
    """Events of one kind on one day; money in minor units (分)."""

    day: date
    kind: str
    events: int
    amount: int


def coupons(c: Connection, zone: ZoneInfo) -> list[CouponCount]:
    """Return coupons by day and batch, each counted on the day it was issued, redeemed or ran out."""
    summed: dict[tuple[date, str], list[int]] = {}
    for place, moment, where in (
        (0, COUPON.c.issued_at, COUPON.c.issued_at.is_not(None)),
        (1, COUPON.c.redeemed_at, COUPON.c.redeemed_at.is_not(None)),
        (2, COUPON.c.expires_at, COUPON.c.state == "expired"),
    ):
        hour = hour_of(c, moment)
        for at, batch, count in c.execute(
            select(hour, COUPON.c.batch, func.count()).where(where).group_by(hour, COUPON.c.batch)
        ):
            summed.setdefault((local_day(at, zone), batch), [0, 0, 0])[place] += count
    return [CouponCount(*key, *counts) for key, counts in sorted(summed.items())]


def inbound(c: Connection, zone: ZoneInfo) -> list[EventCount]:
    """Return what happened, by day and kind."""
    hour = hour_of(c, EVENT.c.at)
    rows = c.execute(
        select(hour, EVENT.c.kind, func.count(), func.sum(EVENT.c.amount))
        .where(EVENT.c.kind.in_(sorted(KNOWN_KINDS)))
        .group_by(hour, EVENT.c.kind)
    )
    summed: dict[tuple[date, str], list[int]] = {}
    for at, kind, count, amount in rows:
        sums = summed.setdefault((local_day(at, zone), kind), [0, 0])
        sums[0] += count
        sums[1] += int(amount or 0)
    return [EventCount(*key, *sums) for key, sums in sorted(summed.items())]


def totals(c: Connection) -> dict[str, int]:
    """Return the numbers at a glance; ``amount`` is in minor units (分)."""
    people = c.execute(
        select(func.count(), func.count().filter(MEMBER.c.unfollowed)).where(MEMBER.c.merged_into.is_(None))
    ).one()
    orders = c.execute(select(func.count(), func.sum(EVENT.c.amount)).where(EVENT.c.kind == ORDER_PAID)).one()
    given = c.execute(
        select(
            func.count(COUPON.c.issued_at),
            func.count().filter(or_(COUPON.c.redeemed_at.is_not(None), COUPON.c.state == "redeemed")),
        )
    ).one()
    return {
        "members": people[0],
        "unfollowed": people[1],
        "orders": orders[0],
        "amount": int(orders[1] or 0),
        "issued": given[0],
        "redeemed": given[1],
        "sent": outbox_states(c).get("sent", 0),
    }
