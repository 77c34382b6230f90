"""代金券: given in our ledger, handed out by WeChat Pay after the commit, used by paying; on wire bytes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import redemption
from storage.reports import audited
from tests.paying import STOCK, paying
from tests.whole import Whole


@pytest.fixture
async def shop(tmp_path: Path, any_database_url: str) -> AsyncIterator[Whole]:
    async with paying(tmp_path, any_database_url) as running:
        yield running
        assert await running.listing("violations") == []
        assert (await running.read(audited)).wrong == ()


async def bought(shop: Whole, who: str) -> str:
    await shop.act("follow", who)
    return str(await shop.says(who, "秒杀"))


async def grants(shop: Whole) -> list[tuple[str, str]]:
    rows = await shop.rows("SELECT state, reason FROM cash_grant ORDER BY at, code")
    return [(str(state), str(reason)) for state, reason in rows]


async def states(shop: Whole) -> list[str]:
    rows = await shop.rows("SELECT state FROM coupon WHERE batch = 'tea_sale' ORDER BY id")
    return [str(state) for (state,) in rows]


async def test_a_coupon_is_handed_out_once_and_used_by_paying(shop: Whole) -> None:
    said = await bought(shop, "小明")
    assert "券码 付款时自动抵扣" in said
    await shop.advance("1s")
    assert await grants(shop) == [("granted", "")]
    assert "付款时自动抵扣" in str(await shop.says("小明", "我的券"))
    used = await shop.post("use", account="pay", **{"from": "小明"}, stock_id=STOCK, transaction_id="42000")
    assert used["status"] == 200
    assert await shop.rows("SELECT state, order_id FROM coupon WHERE batch = 'tea_sale'") == [
        ("redeemed", "42000")
    ]
    await shop.advance("1m")
    kinds = await shop.rows("SELECT kind FROM event WHERE kind LIKE 'coupon.%' ORDER BY id")
    assert kinds == [("coupon.issued",), ("coupon.redeemed",)]


async def test_an_answer_that_got_lost_brings_no_second_coupon(shop: Whole) -> None:
    await shop.post("fault", path="/v3/", kind="accept_then_hang", value=0.01, count=2)
    await bought(shop, "小明")
    for _ in range(6):
        await shop.advance("20s")
    assert await grants(shop) == [("granted", "")]
    assert await shop.rows("SELECT attempts FROM cash_grant") == [(3,)]
    listed = await shop.session.get(f"{shop.sandbox_url}/_sandbox/log")
    asked = [row for row in await listed.json() if row["method"] == "PAY"]
    assert len(asked) == 1  # of the three calls this one's answer came through
    again = await shop.post("use", account="pay", **{"from": "小明"}, stock_id=STOCK, transaction_id="1")
    assert again["delivered"]
    none = await shop.post("use", account="pay", **{"from": "小明"}, stock_id=STOCK, transaction_id="2")
    assert none["status"] == "no coupon"


async def test_what_an_operator_can_mend_waits_for_them(shop: Whole) -> None:
    await shop.post("stock", account="pay", stock_id=STOCK, state="paused")
    await bought(shop, "小明")
    for _ in range(12):
        await shop.advance("30s")
    assert await grants(shop) == [("due", "request_blocked")]
    alerts = "SELECT name FROM alert WHERE name = 'cash:pay' AND cleared_at IS NULL"
    assert await shop.rows(alerts) == [("cash:pay",)]
    await shop.post("stock", account="pay", stock_id=STOCK, state="running")
    await shop.advance("10m")
    await shop.advance("1s")
    assert await grants(shop) == [("granted", "")]
    assert await shop.rows(alerts) == []


async def test_a_stock_that_is_used_up_gives_none_before_it_is_filled(shop: Whole) -> None:
    for who in ("小明", "小红", "小刚", "小丽"):
        await bought(shop, who)
    await shop.advance("1s")
    assert sorted(await grants(shop)) == [("due", "not_enough"), *[("granted", "")] * 3]
    await shop.post("stock", account="pay", stock_id=STOCK, most=4)
    await shop.advance("1m")
    await shop.advance("1s")
    assert await grants(shop) == [("granted", "")] * 4


async def test_who_may_have_none_there_loses_it_here_and_is_told(
    tmp_path: Path, any_database_url: str
) -> None:
    async with paying(tmp_path, any_database_url, per_user=0) as shop:
        await bought(shop, "小明")
        await shop.advance("1m")
        assert await grants(shop) == [("refused", "rule_limit")]
        assert await states(shop) == ["revoked"]
        told = [row["text"] for row in await shop.listing("outbox") if "没能发到你的账户" in row["text"]]
        assert len(told) == 1
        assert (await shop.read(audited)).wrong == ()


async def test_a_use_that_is_told_late_counts_though_it_ran_out_here(shop: Whole) -> None:
    await bought(shop, "小明")
    await shop.advance("1s")
    await shop.advance("30h")
    assert await states(shop) == ["expired"]
    await shop.post("use", account="pay", **{"from": "小明"}, stock_id=STOCK, transaction_id="7")
    assert await states(shop) == ["redeemed"]


async def test_the_till_takes_none_that_is_used_by_paying(shop: Whole) -> None:
    await bought(shop, "小明")
    await shop.advance("1s")
    ((code,),) = await shop.rows("SELECT code FROM coupon WHERE batch = 'tea_sale'")
    now = shop.program.clock.now()
    outcome = await shop.program.database.write(lambda c: redemption.redeem(c, code, "HT-1", 0, now))
    assert outcome == "unknown"
    async with shop.session.get(f"{shop.program.url}/r/{code}") as answer:
        page = await answer.text()
    assert "付款时自动抵扣" in page
    assert str(code) not in page
    assert "<svg" not in page
    assert await states(shop) == ["issued"]


async def test_a_notification_that_is_not_wechat_pay_s_changes_nothing(shop: Whole) -> None:
    await bought(shop, "小明")
    await shop.advance("1s")
    url = f"{shop.program.url}/pay/pay"
    for body, headers in ((b"{}", {}), (b"x" * 70_000, {}), (b"{}", {"Wechatpay-Serial": "PUB_KEY_ID"})):
        async with shop.session.post(url, data=body, headers=headers) as answer:
            assert answer.status in {401, 413}
    async with shop.session.post(url.replace("/pay/pay", "/pay/other"), data=b"{}") as answer:
        assert answer.status == 404
    assert await states(shop) == ["issued"]
