"""The shop's till uses coupons up over signed HTTP: once, with the reason when it cannot."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.domain.coupons import Coupon, CouponClaim
from bot.domain.events import ORDER_REFUNDED, InboundEvent
from bot.web.events.signature import keys_of, signature
from storage import coupons
from tests.whole import ENVIRONMENT, Whole, whole

KEY = keys_of([ENVIRONMENT["HETANG_WEBHOOK_SECRET"]])[0]


@pytest.fixture
async def shop(tmp_path: Path, any_database_url: str) -> AsyncIterator[Whole]:
    async with whole(tmp_path, any_database_url) as running:
        yield running


async def issued(shop: Whole, key: str = "k") -> str:
    await shop.act("follow", "小明")
    now = shop.program.clock.now()
    claim = CouponClaim(key, "invite8", 1)
    given = await shop.program.database.write(lambda c: coupons.issue(c, [claim], now))
    found = given[key]
    assert isinstance(found, Coupon)
    return found.code


async def till(shop: Whole, body: object, key: bytes = KEY) -> tuple[int, dict[str, Any]]:
    raw = json.dumps(body).encode()
    seconds = str(int(shop.program.clock.now().timestamp()))
    signed = {
        "webhook-id": "m1",
        "webhook-timestamp": seconds,
        "webhook-signature": signature(key, "m1", seconds, raw),
        "Content-Type": "application/json",
    }
    async with shop.session.post(f"{shop.program.url}/v1/redeem", data=raw, headers=signed) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_a_coupon_is_used_up_once_for_its_order_and_heard_of(shop: Whole) -> None:
    code = await issued(shop)
    order = {"code": code.lower(), "order_id": "HT-1", "amount": "120.00"}
    assert await till(shop, order) == (
        200, {"outcome": "redeemed", "coupon": "invite8", "title": "邀请8元券", "off": 8},
    )  # fmt: skip
    assert (await till(shop, order))[1]["outcome"] == "again"
    status, why = await till(shop, {**order, "order_id": "HT-2"})
    assert (status, why["code"]) == (409, "code_used")
    await shop.advance("1m")
    heard = await shop.rows("SELECT count(*) FROM event WHERE kind = 'coupon.redeemed'")
    assert heard == [(1,)]
    trail = await shop.rows("SELECT state, actor, cause FROM coupon_change ORDER BY id")
    assert trail[-1] == ("redeemed", "till", "order:HT-1")
    # 112 yuan were paid; they come back in two parts.
    for number, yuan in ((1, 100), (2, 12)):
        assert await shop.rows("SELECT state FROM coupon") == [("redeemed",)]
        now = shop.program.clock.now()
        told = {"order_id": "HT-1"}
        back = InboundEvent(f"b{number}", "webhook", ORDER_REFUNDED, now, "member:m1", "", told, yuan * 100)
        await shop.program.dispatcher.accept([back])
    assert await shop.rows("SELECT state FROM coupon") == [("refunded",)]


async def test_what_is_wrong_is_said_to_who_signs_and_to_nobody_else(shop: Whole) -> None:
    code = await issued(shop)
    assert (await till(shop, {"code": "NOBODYSCODE", "order_id": "HT-1"}))[0] == 404
    assert (await till(shop, {"code": code}))[1]["code"] == "bad_order_id"
    assert (await till(shop, [code]))[0] == 400
    assert (await till(shop, {"code": code, "order_id": "HT-1"}, key=b"another"))[0] == 401
    assert await shop.rows("SELECT state FROM coupon") == [("issued",)]


async def test_operators_use_a_code_up_and_take_one_back(shop: Whole) -> None:
    from tests.e2e.shift import bound  # here, since only this test needs operators

    first, second = await issued(shop), await issued(shop, "k2")
    await bound(shop, "老李", "admin")
    assert "已核销" in str(await shop.says("老李", f"/核销 {first} HT-7"))
    assert "没有重复" in str(await shop.says("老李", f"/核销 {first} HT-7"))
    assert "现在不能用" in str(await shop.says("老李", f"/核销 {first} HT-8"))
    assert "没有这个券码" in str(await shop.says("老李", "/核销 NOBODYS"))
    assert "已作废" in str(await shop.says("老李", f"/作废 {second} 发错了"))
    assert "收不回来" in str(await shop.says("老李", f"/作废 {first} 发错了"))
    actors = await shop.rows(
        "SELECT state, actor FROM coupon_change WHERE actor LIKE 'operator:%' ORDER BY id"
    )
    assert actors == [("redeemed", "operator:老李"), ("revoked", "operator:老李")]
