"""How the house stands: brakes, alerts, what waits, what the platforms still allow, what today brought."""

from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, or_, select

from bot.domain.commanding.asks import AskQuota, AskStatus, AskToday, Quota, Status, Today
from bot.domain.events import (
    CONSENT_WITHDRAWN,
    FOLLOWED,
    JOINED_GROUP,
    LEFT_GROUP,
    MESSAGE,
    ORDER_PAID,
    UNFOLLOWED,
)
from bot.domain.topics import hot_topics
from storage import alerts, groups, switches
from storage.commands.orders import Looks
from storage.reports.calendar import hour_of, local_day
from storage.tables import table
from storage.tables.delivery import AllowanceRow, CouponRow, MassBatchRow, OutboxRow, RateRow, TokenRow
from storage.tables.events import EventRow
from storage.tables.lifecycle import HandoffRow

OUTBOX = table(OutboxRow)
EVENT = table(EventRow)
ALLOWANCE = table(AllowanceRow)
MASS = table(MassBatchRow)
RATE = table(RateRow)
TOKEN = table(TokenRow)
HANDOFF = table(HandoffRow)
COUPON = table(CouponRow)
COUNTED = (FOLLOWED, UNFOLLOWED, ORDER_PAID, CONSENT_WITHDRAWN, MESSAGE, JOINED_GROUP, LEFT_GROUP)


def _status(c: Connection, _ask: AskStatus, _now: datetime) -> Status:
    standing = alerts.standing(c)
    waiting = or_(OUTBOX.c.state == "queued", OUTBOX.c.state == "waiting")
    tokens = {str(name): until for name, until in c.execute(select(TOKEN.c.account, TOKEN.c.expires_at))}
    next_at = c.execute(select(OUTBOX.c.due_at).where(waiting).order_by(OUTBOX.c.due_at).limit(1)).scalar()
    cases = c.execute(select(func.count()).where(HANDOFF.c.state != "closed")).scalar_one()
    return Status(
        {name: value for name, value in switches.all_on(c).items() if not name.startswith(switches.ARMS)},
        tuple((alert.severity, alert.name) for alert in standing),
        outbox_states(c),
        next_at,
        tokens,
        cases,
    )


def outbox_states(c: Connection) -> dict[str, int]:
    """Return how many messages wait, are being sent or are in doubt; what ended is left uncounted."""
    living = ("queued", "waiting", "sending", "unknown")
    counted = select(OUTBOX.c.state, func.count()).where(OUTBOX.c.state.in_(living)).group_by(OUTBOX.c.state)
    return {str(state): int(count) for state, count in c.execute(counted)}


def _today(c: Connection, ask: AskToday, _now: datetime) -> Today:
    return Today(
        _span(c, ask.start, ask.now),
        _span(c, ask.before, ask.before + (ask.now - ask.start)),
        _days(c, ask),
        hot_topics(groups.said_since(c, ask.start)),
    )


def _days(c: Connection, ask: AskToday) -> tuple[tuple[date, dict[str, int]], ...]:
    """Return what was counted day by day, days on which nothing happened included."""
    hour = hour_of(c, EVENT.c.at)
    inside = (EVENT.c.kind.in_(COUNTED), EVENT.c.at >= ask.first, EVENT.c.at <= ask.now)
    rows = c.execute(select(hour, EVENT.c.kind, func.count()).where(*inside).group_by(hour, EVENT.c.kind))
    day, last = ask.first.astimezone(ask.zone).date(), ask.now.astimezone(ask.zone).date()
    found: dict[date, dict[str, int]] = {}
    while day <= last:
        found[day] = {}
        day += timedelta(days=1)
    for at, kind, count in rows:
        counts = found.setdefault(local_day(at, ask.zone), {})
        counts[str(kind)] = counts.get(str(kind), 0) + int(count)
    return tuple(sorted(found.items()))


def _span(c: Connection, start: datetime, end: datetime) -> dict[str, int]:
    inside = (EVENT.c.at >= start, EVENT.c.at <= end)
    counted = (
        select(EVENT.c.kind, func.count(), func.sum(EVENT.c.amount))
        .where(EVENT.c.kind.in_(COUNTED), *inside)
        .group_by(EVENT.c.kind)
    )
    found: dict[str, int] = {}
    for kind, count, amount in c.execute(counted):
        found[str(kind)] = int(count)
        if kind == ORDER_PAID:
            found["amount"] = int(amount or 0)
    acting = select(func.count(EVENT.c.member_id.distinct())).where(EVENT.c.kind == MESSAGE, *inside)
    found["active"] = c.execute(acting).scalar_one()
    ended = (OUTBOX.c.finished_at >= start, OUTBOX.c.finished_at <= end, OUTBOX.c.state == "sent")
    found["sent"] = c.execute(select(func.count()).where(*ended)).scalar_one()
    given = (COUPON.c.issued_at >= start, COUPON.c.issued_at <= end)
    found["issued"] = c.execute(select(func.count()).where(*given)).scalar_one()
    return found


def _quota(c: Connection, ask: AskQuota, now: datetime) -> Quota:
    live = (ALLOWANCE.c.remaining > 0, or_(ALLOWANCE.c.expires_at.is_(None), ALLOWANCE.c.expires_at > now))
    windows = (
        select(ALLOWANCE.c.route, func.count())
        .where(ALLOWANCE.c.template == "", *live)
        .group_by(ALLOWANCE.c.route)
    )
    grants = (
        select(ALLOWANCE.c.template, func.sum(ALLOWANCE.c.remaining))
        .where(ALLOWANCE.c.template != "", *live)
        .group_by(ALLOWANCE.c.template)
    )
    mass = select(func.count()).where(MASS.c.at >= ask.month)
    resting = select(RATE.c.name, RATE.c.rest_until).where(RATE.c.rest_until > now)
    return Quota(
        {str(route): int(count) for route, count in c.execute(windows)},
        {str(name): int(count) for name, count in c.execute(grants)},
        c.execute(mass).scalar_one(),
        {str(name): until for name, until in c.execute(resting)},
    )


LOOKS: Looks = {AskStatus: _status, AskToday: _today, AskQuota: _quota}
