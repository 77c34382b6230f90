"""Events that our own doing caused outside the dispatcher, until they are handed to it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, literal_column, select

from bot.domain.coupons import Coupon
from bot.domain.events import COUPON_EXPIRED, COUPON_ISSUED, InboundEvent, Scalar
from bot.domain.identity import NUMBER, identity, number_of
from storage.dialect import chunks, insert_new
from storage.reading import Query
from storage.tables import table
from storage.tables.events import AnnouncementRow

ANNOUNCEMENT = table(AnnouncementRow)
ACCOUNT = "clock"


def coupons_issued(connection: Connection, issued: Iterable[tuple[str, Coupon]], now: datetime) -> None:
    """Announce coupons that messages brought; each with the key of its claim."""
    rows = [
        _row(f"{key}#issued", coupon.member_id, COUPON_ISSUED, now, {"coupon": coupon.batch})
        for key, coupon in issued
    ]
    insert_new(connection, ANNOUNCEMENT, rows, ["key"])


def coupons_expired(connection: Connection, expired: Iterable[tuple[int, str, str]], now: datetime) -> None:
    """Announce coupons whose time passed: (member id, batch, code)."""
    rows = [
        _row(f"coupon/{code}#expired", member_id, COUPON_EXPIRED, now, {"coupon": batch})
        for member_id, batch, code in expired
    ]
    insert_new(connection, ANNOUNCEMENT, rows, ["key"])


def announce(
    connection: Connection,
    told: Iterable[tuple[str, int, dict[str, Scalar]]],
    kind: str,
    now: datetime,
) -> None:
    """Announce what an operator did to members: (key, member id, properties)."""
    rows = [_row(key, member_id, kind, now, properties) for key, member_id, properties in told]
    insert_new(connection, ANNOUNCEMENT, rows, ["key"])


def waiting(connection: Connection, limit: int) -> list[InboundEvent]:
    """Return announcements that were not handed in yet, oldest first."""
    rows = connection.execute(select(ANNOUNCEMENT).order_by(ANNOUNCEMENT.c.at).limit(limit))
    return [
        InboundEvent(
            key=row.key,
            account=ACCOUNT,
            kind=row.kind,
            at=row.at,
            known_as=identity(NUMBER, number_of(row.member_id)),
            properties=row.properties,
        )
        for row in rows
    ]


def any_waiting(connection: Connection) -> bool:
    """Return whether an announcement waits to be handed in."""
    return bool(_ANY.rows(connection))


def handed_in(connection: Connection, keys: Sequence[str]) -> None:
    """Drop announcements the dispatcher has stored; its inbox remembers their keys."""
    for chunk in chunks(keys):
        connection.execute(delete(ANNOUNCEMENT).where(ANNOUNCEMENT.c.key.in_(chunk)))


def _row(
    key: str, member_id: int, kind: str, at: datetime, properties: dict[str, Scalar]
) -> dict[str, object]:
    return {"key": key, "member_id": member_id, "kind": kind, "at": at, "properties": properties}


_ANY = Query(lambda _connection: select(ANNOUNCEMENT.c.key).limit(literal_column("1")))
