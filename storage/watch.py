"""The watch's eyes and its book: signs of trouble from the ledgers, alerts raised and cleared."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, literal_column, or_, select

from bot.domain import programs
from bot.domain.alarms import ACCOUNT, FAMILIES, GUESSING, QUIET_AGAIN, Alarm, Signs, to_tell
from bot.domain.outbox import OutboxMessage
from storage import alerts, switches
from storage.alerts import ALERT, Alert
from storage.coupon_stock import BATCH
from storage.dialect import listed, within
from storage.directory import owners_of
from storage.operators import Operator
from storage.operators import listed as bound_operators
from storage.outbox import enqueue
from storage.rates import RATE
from storage.reading import Query, stamped
from storage.tables import table
from storage.tables.columns import UTCDateTime
from storage.tables.delivery import OutboxRow
from storage.tables.events import QuarantineRow

OUTBOX = table(OutboxRow)
QUARANTINE = table(QuarantineRow)
RECENT = timedelta(days=1)


# So far back a message is looked for that met the platform's words.
LATEST_ROWS = 10_000
# From this share of a budget on, in percent, operators hear of it.
ALARMING, WHOLE = 80, 100
MESSAGE = "alerts/raised"


def signs(c: Connection, now: datetime, stuck_after: timedelta, low_stock: Mapping[str, int]) -> Signs:
    """Return what the ledgers show; what the machine shows is for the caller to add."""
    on = switches.all_on(c)
    stopped, templates = switches.named(on, switches.ACCOUNT), switches.named(on, programs.TEMPLATE)
    return Signs(
        stopped={name: _stopped(c, name, why) for name, why in stopped.items()},
        templates={name: _in_words(c, why) for name, why in templates.items()},
        resting=_resting(c, now),
        stuck=0 if switches.brake(on) else _stuck(c, now - stuck_after),
        unknown=_UNKNOWN.rows(c)[0][0],
        quarantine=_QUARANTINED.rows(c, since=stamped(c, now - RECENT))[0][0],
        low=_low(c, low_stock),
        spent=_spent(c),
    )


def _spent(c: Connection) -> dict[str, int]:
    """Return the batches that gave away most of what their budget pays for, with the share in percent."""
    found: dict[str, int] = {}
    for name, taken, terms in c.execute(select(BATCH.c.name, BATCH.c.taken, BATCH.c.terms)):
        most = terms.get("most")
        if most and taken * WHOLE >= most * ALARMING:
            found[name] = taken * WHOLE // most
    return found


def settle(c: Connection, found: Sequence[Alarm], now: datetime) -> None:
    """Raise what was found and clear what is gone; alerts of others stay as they are."""
    for alarm in found:
        alerts.raise_(c, alarm.name, alarm.severity, alarm.text, now)
    here = {alarm.name for alarm in found}
    for alert in alerts.standing(c):
        family = alert.name.partition(":")[0]
        over = family == GUESSING and now - alert.last_at >= QUIET_AGAIN
        if over or (alert.name not in here and family in FAMILIES):
            alerts.clear(c, alert.name, now)


def listeners(c: Connection, names: Collection[str]) -> list[tuple[Operator, int]]:
    """Return the operators to tell with their member ids: those named, or all when none of them is bound."""
    bound = bound_operators(c)
    chosen = [one for one in bound if one.name in names or one.known_as in names] or bound
    members = owners_of(c, [one.known_as for one in chosen])
    return [(one, members[one.known_as]) for one in chosen if one.known_as in members]


def news(c: Connection, members: Collection[int], now: datetime) -> list[Alert]:
    """Return the open alerts these members are to be told of now."""
    rows = c.execute(
        select(OUTBOX.c.step, OUTBOX.c.created_at)
        .where(OUTBOX.c.member_id.in_(sorted(members)), OUTBOX.c.template == MESSAGE)
        .order_by(OUTBOX.c.created_at)
    )
    last = {row.step: row.created_at for row in rows}
    told = {row.name: row.told_at for row in c.execute(select(ALERT))}
    return [one for one in alerts.standing(c) if to_tell(told[one.name], last.get(one.name), now)]


def tell(c: Connection, told: Collection[str], messages: Sequence[OutboxMessage], now: datetime) -> None:
    """Queue the messages and note whom of these alerts was told."""
    enqueue(c, messages)
    alerts.told(c, told, now)


def _stuck(c: Connection, before: datetime) -> int:
    counted: int = _STUCK.rows(c, before=stamped(c, before))[0][0]
    return counted


def _resting(c: Connection, now: datetime) -> dict[str, str]:
    rows = _RESTING.rows(c, now=stamped(c, now))
    return {
        name.removeprefix(switches.ACCOUNT): _in_words(c, reason)
        for name, reason in rows
        if name.startswith(switches.ACCOUNT) and reason.startswith("token_")
    }


def _in_words(c: Connection, reason: str) -> str:
    """Return a reason with the platform's own words of the last message that met it."""
    newest = select(func.max(OUTBOX.c.id)).scalar_subquery()
    detail = c.execute(
        select(OUTBOX.c.detail)
        .where(OUTBOX.c.id > newest - LATEST_ROWS, OUTBOX.c.reason == reason, OUTBOX.c.detail != "")
        .order_by(OUTBOX.c.id.desc())
        .limit(1)
    ).scalar()
    return f"{reason}: {detail}" if detail else reason


def _stopped(c: Connection, account: str, reason: str) -> str:
    """Return the reason with what was written down when the account was stopped, such as the IP."""
    text = c.execute(select(ALERT.c.text).where(ALERT.c.name == f"{ACCOUNT}:{account}")).scalar()
    return text if text is not None and text.partition(":")[0] == reason else reason


def _low(c: Connection, low_stock: Mapping[str, int]) -> dict[str, int]:
    if not low_stock:
        return {}
    rows = _LEFT.rows(c, ids=listed(c, sorted(low_stock)))
    return {name: left for name, left in rows if left < low_stock[name]}


def _counted(*conditions: ColumnElement[bool]) -> Query:
    return Query(lambda _c: select(func.count()).select_from(OUTBOX).where(*conditions))


# Asked once a minute of a clock that may run through a month in a minute, so compiled once.
_BEFORE = bindparam("before", type_=UTCDateTime)
_UNKNOWN = _counted(OUTBOX.c.state == literal_column("'unknown'"))
_STUCK = _counted(
    or_(
        and_(OUTBOX.c.state == literal_column("'sending'"), OUTBOX.c.claimed_at <= _BEFORE),
        and_(OUTBOX.c.state == literal_column("'queued'"), OUTBOX.c.due_at <= _BEFORE),
    )
)
_QUARANTINED = Query(
    lambda _c: select(func.count()).where(
        QUARANTINE.c.resolved_at.is_(None),
        QUARANTINE.c.received_at > bindparam("since", type_=UTCDateTime),
    )
)
_RESTING = Query(
    lambda _c: select(RATE.c.name, RATE.c.reason).where(
        RATE.c.rest_until > bindparam("now", type_=UTCDateTime)
    )
)
_LEFT = Query(lambda c: select(BATCH.c.name, BATCH.c.stock - BATCH.c.taken).where(within(c, BATCH.c.name)))
