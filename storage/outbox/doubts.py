"""Rows found in the hands of a dead runner, and what nobody can know without asking."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, or_, select, update

from bot.domain.coupons import Coupon, CouponState
from bot.domain.delivery.departures import Departure
from bot.domain.delivery.policy import DeliveryPolicy
from bot.domain.delivery.reasons import Reason
from storage.coupon_stock import COUPON
from storage.outbox.ending import wake_runs
from storage.outbox.repeating import awake
from storage.outbox.rows import MESSAGE_COLUMNS, OUTBOX, message_of
from storage.tables import table
from storage.tables.members import IdentityRow
from storage.world import View, load

IDENTITY = table(IdentityRow)
# A live runner touches its rows every BEAT; one that was silent for DEAD_AFTER is taken for dead.
BEAT = timedelta(seconds=2)
DEAD_AFTER = timedelta(seconds=8)
MOST = 200


@dataclass(frozen=True, slots=True)
class Unknown:
    """A send whose outcome an operator has to find out."""

    id: int
    key: str
    member_id: int
    template: str
    route: str
    claimed_at: datetime | None
    detail: str


def beat(c: Connection, owner: str, now: datetime) -> None:
    """Show that this owner lives, on the rows it is sending."""
    c.execute(
        update(OUTBOX).where(OUTBOX.c.state == "sending", OUTBOX.c.owner == owner).values(claimed_at=now)
    )


def adopt(c: Connection, owner: str, policy: DeliveryPolicy, now: datetime) -> list[Departure]:
    """Take over what dead runners were sending and what waits to be repeated with its key.

    A row whose route's key still protects it is returned to be sent again, past the gates: it was
    decided already and may have arrived. Any other becomes *unknown* and is never resent by itself.
    """
    rows = orphans(c, owner, now)
    again, lost = [], []
    for row in rows:
        route = policy.routes.get(row.route)
        if route is not None and route.batch is not None:
            _requeue(c, row.id, now)  # its batch was never stored, so no call was made
        elif route is not None and route.key_lives(row.keyed_at, now):
            again.append(row)
        else:
            lost.append(row)
    give_up(c, lost, now)
    again = awake(c, again, policy, now)
    if again:
        ids = [row.id for row in again]
        c.execute(
            update(OUTBOX)
            .where(OUTBOX.c.id.in_(ids), OUTBOX.c.state == "sending")
            .values(owner=owner, claimed_at=now, attempts=OUTBOX.c.attempts + 1)
        )
    return departures_of(c, again, owner, policy, now)


def orphans(c: Connection, owner: str, now: datetime, *, pooled: bool = False) -> Sequence[Any]:
    """Return rows being sent by nobody alive, or waiting to be repeated: of stored batches, or all others."""
    statement = (
        select(OUTBOX)
        .where(
            OUTBOX.c.state == "sending",
            OUTBOX.c.owner != owner,
            or_(
                and_(OUTBOX.c.owner == "", OUTBOX.c.due_at <= now),
                and_(OUTBOX.c.owner != "", OUTBOX.c.claimed_at <= now - DEAD_AFTER),
            ),
        )
        .order_by(OUTBOX.c.id)
    )
    of_batch = OUTBOX.c.batch_key != ""
    statement = statement.where(of_batch) if pooled else statement.where(~of_batch).limit(MOST)
    if c.dialect.name == "postgresql":
        statement = statement.with_for_update(skip_locked=True)
    return c.execute(statement).all()


def _requeue(c: Connection, row_id: int, now: datetime) -> None:
    c.execute(
        update(OUTBOX)
        .where(OUTBOX.c.id == row_id)
        .values(state="queued", owner="", counted_at=None, due_at=now, reason=Reason.RETRY)
    )


def give_up(c: Connection, rows: Sequence[Any], now: datetime) -> None:
    """Mark rows whose outcome nobody knows."""
    if not rows:
        return
    c.execute(
        update(OUTBOX)
        .where(OUTBOX.c.id.in_([row.id for row in rows]))
        .values(state="unknown", reason=Reason.DOUBTFUL, finished_at=now)
    )
    wake_runs(c, [row.key for row in rows], now)


def departures_of(
    c: Connection, rows: Sequence[Any], owner: str, policy: DeliveryPolicy, now: datetime
) -> list[Departure]:
    """Return rows that were taken over as they have to be sent again."""
    if not rows:
        return []
    known = load(c, sorted({row.member_id for row in rows}), View(policy, {}, owner, now))
    codes = [row.coupon_code for row in rows if row.coupon_code]
    coupons = (
        {row.code: row for row in c.execute(select(COUPON).where(COUPON.c.code.in_(codes)))} if codes else {}
    )
    found = []
    for row in rows:
        account = policy.routes[row.route].account
        member = known[row.member_id]
        departure = Departure(
            id=row.id,
            message=message_of(tuple(getattr(row, name) for name in MESSAGE_COLUMNS)),
            route=row.route,
            address=member.facts.addresses.get(account, ""),
            platform_key=row.platform_key,
            claimed_at=now,
            profile=member.profile,
            attempt=row.attempts + 1,
            keyed_at=row.keyed_at,
        )
        coupon = coupons.get(row.coupon_code)
        if coupon is not None:
            held = Coupon(
                coupon.code, coupon.batch, row.member_id, CouponState.RESERVED, coupon.expires_at or now
            )
            departure = replace(departure, coupon=held)
        found.append(departure)
    return found


def unknown(c: Connection, most: int = 1000) -> list[Unknown]:
    """Return the sends whose outcome is unknown, oldest first."""
    rows = c.execute(select(OUTBOX).where(OUTBOX.c.state == "unknown").order_by(OUTBOX.c.due_at).limit(most))
    return [
        Unknown(row.id, row.key, row.member_id, row.template, row.route, row.claimed_at, row.detail)
        for row in rows
    ]


def resolve(c: Connection, row_id: int, *, sent: bool, by: str, now: datetime) -> bool:
    """Write down what an operator found out; false when the row is not unknown."""
    values: dict[str, Any] = {
        "state": "sent" if sent else "failed",
        "reason": Reason.RESOLVED,
        "detail": by,
        "finished_at": now,
    }
    if not sent:
        values["counted_at"] = None
    changed = c.execute(
        update(OUTBOX).where(OUTBOX.c.id == row_id, OUTBOX.c.state == "unknown").values(**values)
    )
    return changed.rowcount == 1
