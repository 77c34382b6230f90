"""The main job, end to end on real wire bytes, on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.events import InboundEvent
from tests.whole import Whole, whole


@pytest.fixture
async def community(tmp_path: Path, any_database_url: str) -> AsyncIterator[Whole]:
    async with whole(tmp_path, any_database_url) as running:
        yield running


async def test_a_follower_is_welcomed_in_the_encrypted_passive_reply_and_tagged_by_source(
    community: Whole,
) -> None:
    answer = await community.act("follow", "小明", scene="store_hz")
    assert "欢迎" in answer["reply"]["Content"]
    assert await community.rows("SELECT name, source FROM tag") == [("杭州门店", "qr:store_hz")]
    assert await community.rows("SELECT state, route FROM outbox") == [("sent", "reply")]
    assert await community.listing("violations") == []


async def test_a_consenting_lead_gets_the_coupon_once_through_the_open_door(community: Whole) -> None:
    await community.act("follow", "小明")
    await community.advance("1m")
    assert "订阅成功" in str(await community.says("小明", "订阅优惠"))
    assert await community.says("小明", "开启个性化") is not None
    await community.advance("3d")
    pushes = [row for row in await community.listing("outbox") if row["route"] == "customer_service"]
    codes = await community.rows("SELECT code, state FROM coupon")
    offers = [row for row in pushes if codes[0][0] in row["text"]]
    assert len(codes) == len(offers) == 1
    assert codes[0][1] == "issued"
    assert await community.listing("violations") == []


async def test_without_consent_no_marketing_leaves(community: Whole) -> None:
    await community.act("follow", "小红")
    await community.says("小红", "面膜怎么卖")
    await community.advance("10d")
    assert [row["route"] for row in await community.listing("outbox")] == ["reply"]
    reasons = await community.rows("SELECT DISTINCT state, reason FROM outbox WHERE purpose = 'marketing'")
    assert reasons == [("skipped", "no_consent")]


async def test_a_withdrawal_stops_what_waits_at_once(community: Whole) -> None:
    await community.act("follow", "小明")
    await community.says("小明", "订阅优惠")
    assert await community.says("小明", "退订") is not None
    before = len(await community.listing("outbox"))
    await community.advance("10d")
    assert len(await community.listing("outbox")) == before
    waits = "SELECT count(*) FROM outbox WHERE purpose = 'marketing' AND state IN ('queued', 'waiting')"
    assert await community.rows(waits) == [(0,)]


async def test_a_reply_within_the_second_of_the_welcome_goes_on_with_the_story(community: Whole) -> None:
    await community.act("follow", "小明")
    await community.says("小明", "订阅优惠")
    await community.advance("10m")
    assert "story" in [row[0] for row in await community.rows("SELECT step FROM outbox WHERE state = 'sent'")]


async def test_a_coupon_that_left_and_one_that_ran_out_are_events_too(
    community: Whole,
) -> None:
    await community.act("follow", "小明")
    await community.says("小明", "订阅优惠")
    await community.advance("10d")
    states = await community.rows("SELECT state FROM coupon")
    counted = await community.rows("SELECT kind, count FROM tally WHERE kind LIKE 'coupon.%' ORDER BY kind")
    assert states == [("expired",)]
    assert counted == [("coupon.expired", 1), ("coupon.issued", 1)]
    assert await community.rows("SELECT count(*) FROM announcement") == [(0,)]


async def test_an_accepted_subscription_earns_one_reminder(community: Whole) -> None:
    await community.act("follow", "小明")
    for words in ("订阅优惠", "开启个性化"):
        await community.says("小明", words)
    await community.post("subscribe", **{"from": "小明", "template": "TMPL_ID_2", "accept": True})
    await community.advance("10d")
    notices = [row for row in await community.listing("outbox") if row["route"] == "subscription_notice"]
    assert len(notices) == 1
    assert await community.rows("SELECT remaining FROM allowance WHERE template <> ''") == [(0,)]
    assert await community.listing("violations") == []


async def test_a_member_first_named_by_an_order_has_not_unfollowed(community: Whole) -> None:
    now = community.program.clock.now()
    order = InboundEvent("o1", "webhook", "order.paid", now, "shop:oSomebodyNew", amount=9900)
    await community.program.dispatcher.accept([order])
    assert await community.rows("SELECT stage FROM member") == [("buyer",)]


async def test_an_order_that_names_its_coupon_uses_it_up_once(community: Whole) -> None:
    for who in ("小明", "小红", "小刚", "小丽"):  # some of them hear only the story
        await community.act("follow", who)
        await community.says(who, "订阅优惠")
    await community.advance("3d")
    (code, member_id), *_ = await community.rows("SELECT code, member_id FROM coupon WHERE state = 'issued'")
    now = community.program.clock.now()
    orders = [
        InboundEvent(
            key=f"order{number}",
            account="webhook",
            kind="order.paid",
            at=now,
            known_as=f"member:m{member_id}",
            properties={"order_id": f"o{number}", "coupon_code": used},
            amount=9900,
        )
        for number, used in ((1, code), (2, code), (3, "NOBODYSCODE"))
    ]
    await community.program.dispatcher.accept(orders)
    used = await community.rows("SELECT state, order_id FROM coupon WHERE state = 'redeemed'")
    assert used == [("redeemed", "o1")]
