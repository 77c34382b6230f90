"""What must add up: our own record of deliveries, to be held against the platform's."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select

from bot.domain.delivery.reasons import Reason
from bot.domain.outbox import FINAL
from storage.tables import table
from storage.tables.delivery import CouponBatchRow, CouponRow, OutboxRow
from storage.tables.events import InboxRow, QuarantineRow
from storage.tables.members import IdentityRow

OUTBOX = table(OutboxRow)
INBOX = table(InboxRow)
QUARANTINE = table(QuarantineRow)
IDENTITY = table(IdentityRow)
BATCH = table(CouponBatchRow)
COUPON = table(CouponRow)
REPLY = "reply"
# Failures of ours, not the member's or the platform's: a template that could not be worded, a bad row.
_BROKEN = and_(OUTBOX.c.state == "failed", OUTBOX.c.reason.in_([Reason.UNRENDERABLE, Reason.POISON]))


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message we say was sent by a push; address and words are empty once its member was forgotten."""

    number: int
    member_id: int
    address: str
    route: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Books:
    """How much was accepted per account, what is in quarantine, and what nobody can account for."""

    accepted: dict[str, int]
    quarantined: int
    states: dict[str, int]
    overdue: int
    unknown: int
    unsayable: int
    over_issued: int
    issued: int


def deliveries(c: Connection, account: str) -> list[Delivery]:
    """Return every push recorded as sent, in the order of sending."""
    o = OUTBOX.c
    rows = c.execute(
        select(o.id, o.member_id, IDENTITY.c.known_as, o.route, o.text, o.finished_at)
        .select_from(OUTBOX.outerjoin(
            IDENTITY, and_(IDENTITY.c.member_id == o.member_id, IDENTITY.c.account == account)
        ))
        .where(o.state == "sent", o.route != REPLY)
        .order_by(o.finished_at, o.id)
    )  # fmt: skip
    found: list[Delivery] = []
    for row in rows:
        number, member, known_as, *rest = tuple(row)
        found.append(Delivery(number, member, (known_as or ":").partition(":")[2], *rest))
    return found


def books(c: Connection, now: datetime) -> Books:
    """Return the sums at `now`."""
    accepted = c.execute(select(INBOX.c.account, func.count()).group_by(INBOX.c.account))
    states = {
        str(s): int(n) for s, n in c.execute(select(OUTBOX.c.state, func.count()).group_by(OUTBOX.c.state))
    }
    open_states = OUTBOX.c.state.not_in([state.value for state in FINAL])
    late = and_(open_states, or_(OUTBOX.c.expires_at < now, OUTBOX.c.state == "sending"))
    per_batch = (
        select(COUPON.c.batch, func.count().label("given"))
        .where(COUPON.c.issued_at.is_not(None))
        .group_by(COUPON.c.batch)
        .subquery()
    )
    over = select(func.count()).select_from(
        per_batch.join(BATCH, and_(BATCH.c.name == per_batch.c.batch, per_batch.c.given > BATCH.c.stock))
    )
    return Books(
        accepted={str(account): int(count) for account, count in accepted},
        quarantined=c.execute(select(func.count()).select_from(QUARANTINE)).scalar_one(),
        states=states,
        overdue=c.execute(select(func.count()).select_from(OUTBOX).where(late)).scalar_one(),
        unknown=states.get("unknown", 0),
        unsayable=c.execute(select(func.count()).select_from(OUTBOX).where(_BROKEN)).scalar_one(),
        over_issued=c.execute(over).scalar_one(),
        issued=c.execute(select(func.count(COUPON.c.issued_at))).scalar_one(),
    )
