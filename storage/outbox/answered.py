"""Rows that were answered in the very callback that made them."""

from datetime import datetime

from sqlalchemy import Connection, update

from bot.domain.coupons import Coupon
from storage.outbox.ending import wake_runs
from storage.outbox.rows import OUTBOX


def answered(c: Connection, key: str, route: str, text: str, coupon: Coupon | None, now: datetime) -> None:
    """Note that the message left as the passive reply of its callback; its run goes on at once."""
    c.execute(
        update(OUTBOX)
        .where(OUTBOX.c.key == key, OUTBOX.c.state == "queued")
        .values(
            state="sent",
            reason="",
            route=route,
            text=text,
            coupon_code=coupon.code if coupon else "",
            counted_at=now,
            finished_at=now,
            attempts=1,
        )
    )
    wake_runs(c, [key], now)
