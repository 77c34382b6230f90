"""Rows that were answered in the very callback that made them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, literal_column, update

from bot.domain.coupons import Coupon
from storage.outbox.ending import wake_runs
from storage.outbox.rows import OUTBOX
from storage.reading import stamped
from storage.writing import Change


def answered(c: Connection, key: str, route: str, text: str, coupon: Coupon | None, now: datetime) -> None:
    """Note that the message left as the passive reply of its callback; its run goes on at once."""
    code = coupon.code if coupon else ""
    _ANSWERED.run(c, its_key=key, by_route=route, said=text, code=code, at=stamped(c, now))
    wake_runs(c, [key], now)


def _answering(_: Connection) -> Any:
    moment = bindparam("at", type_=OUTBOX.c.finished_at.type)
    return (
        update(OUTBOX)
        .where(OUTBOX.c.key == bindparam("its_key"), OUTBOX.c.state == literal_column("'queued'"))
        .values(
            state=literal_column("'sent'"),
            reason=literal_column("''"),
            route=bindparam("by_route"),
            text=bindparam("said"),
            coupon_code=bindparam("code"),
            counted_at=moment,
            finished_at=moment,
            attempts=literal_column("1"),
        )
    )


_ANSWERED = Change(_answering)
