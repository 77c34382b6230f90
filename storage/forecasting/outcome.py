"""What really happened in a stretch of time, counted as a forecast counts it."""

from collections import Counter
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from bot.domain import programs
from bot.domain.forecast.series import (
    CAME,
    DROPPED,
    ENTERED,
    GOAL,
    HELD_OUT,
    ISSUED,
    REDEEMED,
    SENT,
    Series,
)
from storage.coupon_stock import COUPON
from storage.enrollments import ENROLLMENT
from storage.full_pass import MEMBER
from storage.outbox.rows import OUTBOX
from storage.tables import table
from storage.tables.events import EventRow

EVENT = table(EventRow)
LOST = ("skipped", "expired", "failed")


def happened(c: Connection, since: datetime, until: datetime) -> dict[Series, int]:
    """Return how often each thing happened from `since` on and before `until`."""
    found: Counter[Series] = Counter()
    e, o, p, m = ENROLLMENT.c, OUTBOX.c, COUPON.c, MEMBER.c

    def within(moment: ColumnElement[datetime]) -> ColumnElement[bool]:
        return (moment >= since) & (moment < until)

    for rule, held_out, count in c.execute(
        select(e.rule, e.held_out, func.count()).where(within(e.entered_at)).group_by(e.rule, e.held_out)
    ):
        found[ENTERED, programs.of_rule(rule), ""] += count
        found[HELD_OUT, programs.of_rule(rule), ""] += count if held_out else 0
    for rule, count in c.execute(select(e.rule, func.count()).where(within(e.goal_at)).group_by(e.rule)):
        found[GOAL, programs.of_rule(rule), ""] += count
    program = (o.rule, o.campaign)
    for rule, campaign, step, route, count in c.execute(
        select(*program, o.step, o.route, func.count())
        .where(o.state == "sent", within(o.finished_at))
        .group_by(*program, o.step, o.route)
    ):
        found[SENT, programs.of_either(rule, campaign), f"{step}/{route}"] += count
    for rule, campaign, reason, count in c.execute(
        select(*program, o.reason, func.count())
        .where(o.state.in_(LOST), within(o.finished_at))
        .group_by(*program, o.reason)
    ):
        found[DROPPED, programs.of_either(rule, campaign), reason] += count
    for what, moment in ((ISSUED, p.issued_at), (REDEEMED, p.redeemed_at)):
        for batch, count in c.execute(select(p.batch, func.count()).where(within(moment)).group_by(p.batch)):
            found[what, batch, ""] += count
    came = c.execute(select(func.count()).where(within(m.known_since))).scalar() or 0
    found[CAME, "", ""] += came
    return {series: count for series, count in found.items() if count}
