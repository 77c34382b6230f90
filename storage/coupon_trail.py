"""The trail of every code: append-only, who or what moved it to which state."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, String, bindparam, insert, literal_column, select

from bot.domain.coupons import CouponState
from storage.dialect import listed, within
from storage.reading import stamped
from storage.tables import table
from storage.tables.columns import UTCDateTime
from storage.tables.delivery import CouponChangeRow, CouponRow
from storage.writing import Change

CHANGE = table(CouponChangeRow)
COUPON = table(CouponRow)


def note(
    connection: Connection,
    changes: Sequence[tuple[int, CouponState, str]],
    now: datetime,
    actor: str = "hetang",
) -> None:
    """Append what happened to codes: (coupon id, new state, cause)."""
    if changes:
        connection.execute(
            CHANGE.insert(),
            [
                {"coupon_id": coupon_id, "state": state, "at": now, "actor": actor, "cause": cause}
                for coupon_id, state, cause in changes
            ],
        )


def note_codes(
    connection: Connection, codes: Sequence[str], state: CouponState, cause: str, now: datetime
) -> None:
    """Append that each of these codes of ours came into the same state for the same cause."""
    at = stamped(connection, now)
    _NOTE.run(connection, codes=listed(connection, codes), into=state.value, moment=at, why=cause)


_NOTE = Change(
    lambda c: insert(CHANGE).from_select(
        ["coupon_id", "state", "at", "actor", "cause"],
        select(
            COUPON.c.id,
            bindparam("into", type_=String),
            bindparam("moment", type_=UTCDateTime),
            literal_column("'hetang'"),
            bindparam("why", type_=String),
        )
        .where(within(c, COUPON.c.code, "codes"))
        .order_by(COUPON.c.id),
    )
)
