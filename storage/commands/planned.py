"""What operators confirmed and what became of it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, select

from bot.domain.commanding.asks import AskPlans, Planned
from bot.domain.commanding.plans import SEND
from storage.commands import plans
from storage.commands.orders import Looks
from storage.commands.tables import PLAN
from storage.outbox.rows import OUTBOX
from storage.plan_gates import campaign_of

LIVING = ("queued", "waiting", "sending")
MOST = 50


def _planned(c: Connection, ask: AskPlans, now: datetime) -> list[Planned]:
    rows = c.execute(
        select(PLAN)
        .where(PLAN.c.state == plans.CONFIRMED, PLAN.c.starts_at > now, PLAN.c.starts_at <= ask.until)
        .order_by(PLAN.c.starts_at)
        .limit(MOST)
    )
    return [Planned(row.code, row.body["name"], row.size, row.starts_at, row.by) for row in rows]


def finished(c: Connection, now: datetime) -> list[tuple[str, str, str, Mapping[str, int]]]:
    """Close plans of which nothing waits any more; return each as code, name, who ordered it, and its end."""
    begun = select(PLAN.c.code, PLAN.c.known_as, PLAN.c.body).where(
        PLAN.c.state == plans.CONFIRMED, PLAN.c.kind == SEND, PLAN.c.starts_at <= now
    )
    ended: list[tuple[str, str, str, Mapping[str, int]]] = []
    for row in c.execute(begun).all():
        counted = (
            select(OUTBOX.c.state, func.count())
            .where(OUTBOX.c.campaign == campaign_of(row.code))
            .group_by(OUTBOX.c.state)
        )
        states = {str(state): int(count) for state, count in c.execute(counted)}
        if not any(states.get(state) for state in LIVING):
            plans.end(c, row.code, plans.DONE, now)
            ended.append((row.code, str(row.body["name"]), row.known_as, states))
    return ended


LOOKS: Looks = {AskPlans: _planned}
