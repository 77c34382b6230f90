"""Members' orders beside the marketing that reached them, for attribution."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection, select

from bot.domain.attribution import Member, Order, Touch
from bot.domain.delivery.policy import MARKETING
from bot.domain.events import ORDER_PAID
from bot.domain.outbox import OutboxState
from storage.dialect import chunks
from storage.tables import table
from storage.tables.delivery import OutboxRow
from storage.tables.events import EventRow

EVENT = table(EventRow)
OUTBOX = table(OutboxRow)


def orders_and_touches(c: Connection, since: datetime, within: timedelta) -> Iterator[Member]:
    """Yield for everybody who ordered since then their orders, and what reached them `within` before."""
    rows = c.execute(
        select(EVENT.c.member_id, EVENT.c.at, EVENT.c.amount)
        .where(EVENT.c.kind == ORDER_PAID, EVENT.c.at >= since)
        .order_by(EVENT.c.member_id, EVENT.c.at)
    ).all()
    ordered = {
        member_id: [Order(at, amount) for _, at, amount in mine]
        for member_id, mine in groupby(rows, key=itemgetter(0))
    }
    for chunk in chunks(sorted(ordered)):
        touched = _touches(c, chunk, since - within)
        for member_id in chunk:
            yield ordered[member_id], touched.get(member_id, [])


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
