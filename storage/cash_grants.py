"""Coupons that another house hands out: asked for after the commit that gave them, until it says yes or no.

The other house is asked under the coupon's code, so asking again after a crash or an answer that got lost
brings the same coupon and no second one.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, select, update

from bot.domain.coupons import CouponState
from bot.domain.identity import split
from storage.dialect import insert_new
from storage.patience import rest
from storage.tables import table
from storage.tables.cash import CashGrantRow
from storage.tables.delivery import CouponRow
from storage.tables.members import IdentityRow

GRANT = table(CashGrantRow)
COUPON = table(CouponRow)
IDENTITY = table(IdentityRow)
DUE, GRANTED, REFUSED, VOID = "due", "granted", "refused", "void"
# How long an attempt may take before another begins: doubled each time.
SOON, LATE = timedelta(seconds=15), timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Asking:
    """A coupon being asked for: its code, its batch, whose it is, at which attempt."""

    code: str
    batch: str
    member_id: int
    attempt: int


def ask(connection: Connection, batch: str, codes: Iterable[str], now: datetime) -> None:
    """Note coupons just taken from the ledger; they are asked for once the member has them."""
    rows = [
        {"code": code, "batch": batch, "state": DUE, "attempts": 0, "due_at": now, "platform_id": "",
         "reason": "", "at": now}
        for code in codes
    ]  # fmt: skip
    insert_new(connection, GRANT, rows, ["code"])


def waiting(connection: Connection, batches: Collection[str], now: datetime) -> bool:
    """Return whether anything of these batches is to be asked for now."""
    return connection.execute(_due(batches, now).limit(1)).first() is not None


def claim(connection: Connection, batches: Collection[str], now: datetime, limit: int) -> list[Asking]:
    """Take what is to be asked for, for a while: until then nobody else asks.

    What the ledger took back meanwhile is void and not asked for.
    """
    due = _due(batches, now).order_by(GRANT.c.due_at).limit(limit)
    rows = connection.execute(due.with_for_update(skip_locked=True, of=GRANT)).all()
    asking = []
    for row in rows:
        mine = update(GRANT).where(GRANT.c.code == row.code)
        if row.coupon_state != CouponState.ISSUED:
            connection.execute(mine.values(state=VOID, reason=row.coupon_state, at=now))
            continue
        again = now + rest(SOON, LATE, row.attempts)
        connection.execute(mine.values(attempts=row.attempts + 1, due_at=again))
        asking.append(Asking(row.code, row.batch, row.member_id, row.attempts + 1))
    return asking


def address(connection: Connection, member_id: int, account: str) -> str:
    """Return by which id this account's platform knows a member, empty for none."""
    mine = (IDENTITY.c.member_id == member_id, IDENTITY.c.account == account, IDENTITY.c.following)
    known: str | None = connection.execute(select(IDENTITY.c.known_as).where(*mine).limit(1)).scalar()
    return split(known)[1] if known else ""


def granted(connection: Connection, code: str, platform_id: str, now: datetime) -> bool:
    """Note that a coupon was handed out; false where that is known already."""
    return _settled(connection, code, {"state": GRANTED, "platform_id": platform_id, "reason": "", "at": now})


def refused(connection: Connection, code: str, reason: str, now: datetime) -> bool:
    """Note that a coupon never will be; false where it is settled already."""
    return _settled(connection, code, {"state": REFUSED, "reason": reason, "at": now})


def put_off(connection: Connection, code: str, reason: str, until: datetime, now: datetime) -> None:
    """Note why it was not handed out yet, and rest until then at least."""
    mine = (GRANT.c.code == code, GRANT.c.state == DUE)
    connection.execute(update(GRANT).where(*mine).values(reason=reason, at=now))
    connection.execute(update(GRANT).where(*mine, GRANT.c.due_at < until).values(due_at=until))


def code_of(connection: Connection, platform_id: str) -> str | None:
    """Return the code of the coupon that the other house knows by this id."""
    mine = (GRANT.c.platform_id == platform_id, GRANT.c.platform_id != "")
    found: str | None = connection.execute(select(GRANT.c.code).where(*mine)).scalar()
    return found


def is_elsewhere(connection: Connection, code: str) -> bool:
    """Return whether a coupon is used at another house, and not at the shop's till."""
    return connection.execute(select(GRANT.c.code).where(GRANT.c.code == code)).first() is not None


def _settled(connection: Connection, code: str, values: dict[str, Any]) -> bool:
    mine = (GRANT.c.code == code, GRANT.c.state == DUE)
    return connection.execute(update(GRANT).where(*mine).values(values)).rowcount == 1


def _due(batches: Collection[str], now: datetime) -> Select[Any]:
    return (
        select(GRANT, COUPON.c.member_id, COUPON.c.state.label("coupon_state"))
        .join(COUPON, COUPON.c.code == GRANT.c.code)
        .where(
            GRANT.c.state == DUE,
            GRANT.c.due_at <= now,
            GRANT.c.batch.in_(sorted(batches)),
            COUPON.c.state != CouponState.RESERVED,
        )
    )
