"""A coupon is reserved with its message, confirmed when it left and returned when it did not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.channel import Delivery
from bot.domain.coupons import CouponBatch, MemberLimit
from bot.domain.errors import OutcomeUnknown, TryLater, Undeliverable
from bot.domain.outbox import OutboxMessage
from storage import coupons
from storage.coupon_stock import BATCH, COUPON
from tests.integration.delivery.house import House, coupon


def stock(house: House, codes: int, limit: int | None = None) -> None:
    batch = CouponBatch(
        "new10", "新人10元券", timedelta(days=7), amount_off=1000, stock=codes,
        per_member=MemberLimit(limit) if limit else None,
    )  # fmt: skip
    house.database.transact(lambda c: coupons.sync(c, [batch]))


def taken(house: House) -> int:
    return int(house.database.transact(lambda c: c.execute(select(BATCH.c.taken)).scalar_one()))


def states(house: House) -> list[str]:
    return sorted(house.database.transact(lambda c: c.execute(select(COUPON.c.state)).scalars().all()))


def gift(house: House, member_id: int, **changes: object) -> OutboxMessage:
    return replace(house.message(member_id, coupon=coupon()), **changes)  # type: ignore[arg-type]  # any field of a message


async def test_a_sent_coupon_is_issued_and_its_code_is_in_the_text(house: House) -> None:
    stock(house, 10)
    [one] = house.members(1)
    house.queue([gift(house, one)])
    await house.sender().send_due()
    row = house.rows()[f"k{one}"]
    assert row.state == "sent"
    assert len(row.coupon_code) >= 13
    assert states(house) == ["issued"]


async def test_no_more_coupons_leave_than_there_are(house: House) -> None:
    stock(house, 70)
    ids = house.members(100)
    house.queue([gift(house, one) for one in ids])
    await house.sender().send_due()
    rows = house.rows().values()
    assert sum(row.state == "sent" for row in rows) == 70
    assert {row.reason for row in rows if row.state == "skipped"} == {"coupon_sold_out"}
    codes = [row.coupon_code for row in rows if row.coupon_code]
    assert len(set(codes)) == len(codes) == 70
    assert taken(house) == 70


async def test_a_refused_coupon_frees_the_place_it_took_for_the_next_message(house: House) -> None:
    stock(house, 0)
    [one] = house.members(1)
    house.queue(
        [gift(house, one, purpose="marketing", priority=90), house.message(one, "plain", purpose="marketing")]
    )
    await house.sender().send_due()
    assert {key: row.reason or row.state for key, row in house.rows().items()} == {
        f"k{one}": "coupon_sold_out",
        "plain": "sent",
    }


@pytest.mark.parametrize(
    ("error", "state", "left"),
    [
        (Undeliverable("too_long", code=45002), "failed", ["returned"]),
        (OutcomeUnknown("timeout"), "unknown", ["issued"]),
    ],
)
async def test_a_coupon_follows_the_fate_of_its_message(
    house: House, error: Exception, state: str, left: list[str]
) -> None:
    stock(house, 5)
    [one] = house.members(1)
    house.queue([gift(house, one)])

    def fail(_: Delivery) -> None:
        raise error

    house.channel.answers = fail
    await house.sender().send_due()
    assert house.states() == {f"k{one}": state}
    assert states(house) == left


async def test_a_message_tried_again_keeps_its_code(house: House) -> None:
    stock(house, 5)
    [one] = house.members(1)
    house.queue([gift(house, one)])
    texts = []

    def busy_once(delivery: Delivery) -> None:
        texts.append(delivery.content)
        if len(texts) == 1:
            raise TryLater("busy", house.clock.now())

    house.channel.answers = busy_once
    sender = house.sender()
    await sender.send_due()
    house.clock.advance(minutes=1)
    await sender.send_due()
    assert len(texts) == 2
    assert len(set(texts)) == 1
    assert (taken(house), states(house)) == (1, ["issued"])
