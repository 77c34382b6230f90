"""Members' orders beside the marketing that reached them, for attribution."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection, func, select

from bot.domain.attribution import Member, Order, Touch
from bot.domain.delivery.policy import MARKETING
from bot.domain.events import ORDER_PAID, ORDER_REFUNDED
from bot.domain.outbox import OutboxState
from storage.dialect import chunks
from storage.tables import table
from storage.tables.delivery import OutboxRow
from storage.tables.events import EventRow

EVENT = table(EventRow)
OUTBOX = table(OutboxRow)


def orders_and_touches(c: Connection, since: datetime, within: timedelta) -> Iterator[Member]:
    """Yield for everybody who ordered since then their orders, and what reached them `within` before.

    What was paid back is taken off its order; an order that was paid back whole is none.
    """
    order_id = EVENT.c.properties["order_id"].as_string()
    rows = c.execute(
        select(EVENT.c.member_id, EVENT.c.at, EVENT.c.amount, order_id)
        .where(EVENT.c.kind == ORDER_PAID, EVENT.c.at >= since)
        .order_by(EVENT.c.member_id, EVENT.c.at)
    ).all()
    back = _paid_back(c, since)
    ordered = {
        member_id: [
            Order(at, amount - gone)
            for _, at, amount, number in mine
            if (gone := back.get((member_id, number), 0)) < amount or not gone
        ]
        for member_id, mine in groupby(rows, key=itemgetter(0))
    }
    kept = {member_id: orders for member_id, orders in ordered.items() if orders}
    for chunk in chunks(sorted(kept)):
        touched = _touches(c, chunk, since - within)
        for member_id in chunk:
            yield kept[member_id], touched.get(member_id, [])


def _paid_back(c: Connection, since: datetime) -> dict[tuple[int, str], int]:
    """Return by member and order what was paid back, minor units."""
    order_id = EVENT.c.properties["order_id"].as_string()
    rows = c.execute(
        select(EVENT.c.member_id, order_id, func.sum(EVENT.c.amount))
        .where(EVENT.c.kind == ORDER_REFUNDED, EVENT.c.at >= since, order_id.is_not(None))
        .group_by(EVENT.c.member_id, order_id)
    )
    return {(member_id, number): int(amount) for member_id, number, amount in rows}


def _touches(c: Connection, ids: list[int], since: datetime) -> dict[int, list[Touch]]:
    o = OUTBOX.c
    rows = c.execute(
        select(o.member_id, o.finished_at, o.rule, o.campaign).where(
            o.member_id.in_(ids),
            o.purpose == MARKETING,
            o.state == OutboxState.SENT.value,
            o.finished_at >= since,
        )
    )
    found: dict[int, list[Touch]] = {}
    for member_id, at, rule, campaign in rows:
        found.setdefault(member_id, []).append(Touch(at, rule or campaign))
    return found
