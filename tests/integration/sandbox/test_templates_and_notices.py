from typing import Any

import pytest

from tests.integration.sandbox.bot_side import Bot, Stage

TEMPLATE, NOTICE = "TMPL_ORDER", "TMPL_NEW"
TEMPLATES = [
    {"id": TEMPLATE, "kind": "template", "fields": ["thing1", "time2"]},
    {"id": NOTICE, "kind": "subscription", "fields": ["thing1", "amount2"]},
]
GOOD = {"thing1": {"value": "订单已发货"}, "time2": {"value": "2026年12月1日 10:00"}}
NEWS = {"thing1": {"value": "新茶"}, "amount2": {"value": "¥10.00"}}
SEND = "/cgi-bin/message/template/send"
BIZ = "/cgi-bin/message/subscribe/bizsend"
MASS = "/cgi-bin/message/mass/send"


@pytest.fixture
async def shop(bare: Stage, bot: Bot) -> Stage:
    await bare.register(bot.url, templates=TEMPLATES)
    await bare.post("follow", from_="小明")
    await bare.post("follow", from_="小红")
    bot.heard.clear()
    return bare


def order(openid: str, **more: object) -> dict[str, Any]:
    return {"touser": openid, "template_id": TEMPLATE, "data": GOOD, **more}


async def test_a_template_message_arrives_and_its_receipt_comes_back(shop: Stage, bot: Bot) -> None:
    openid = await shop.openid("小明")
    answer = await shop.api(SEND, order(openid, client_msg_id="k1"))
    await shop.get("idle")
    (row,) = await shop.get("outbox", member="小明")
    assert (row["route"], row["template"], row["client_msg_id"]) == ("template_message", TEMPLATE, "k1")
    assert row["msgid"] == answer["msgid"]
    (receipt,) = bot.heard
    assert receipt["Event"] == "TEMPLATESENDJOBFINISH"
    assert (receipt["MsgID"], receipt["Status"]) == (str(answer["msgid"]), "success")


async def test_the_same_key_within_ten_minutes_sends_once(shop: Stage) -> None:
    openid = await shop.openid("小明")
    first = await shop.api(SEND, order(openid, client_msg_id="k1"))
    await shop.post("clock", advance="9m59s")
    assert await shop.api(SEND, order(openid, client_msg_id="k1")) == first
    other = await shop.api(SEND, order(await shop.openid("小红"), client_msg_id="k1"))
    assert other["msgid"] != first["msgid"]
    assert len(await shop.get("outbox", member="小明")) == 1
    assert await shop.rules_broken() == []


async def test_the_same_key_after_ten_minutes_sends_again_and_is_a_violation(shop: Stage) -> None:
    openid = await shop.openid("小明")
    await shop.api(SEND, order(openid, client_msg_id="k1"))
    await shop.post("clock", advance="10m")
    assert await shop.code(SEND, order(openid, client_msg_id="k1")) == 0
    assert len(await shop.get("outbox", member="小明")) == 2
    assert await shop.rules_broken() == ["late_key"]


BAD_TEMPLATES: list[tuple[dict[str, Any], int, str]] = [
    ({"template_id": "nope"}, 40037, "template"),
    ({"template_id": NOTICE}, 40037, "template"),
    ({"data": {"thing1": {"value": "x"}}}, 47003, "template_field"),
    ({"data": {**GOOD, "thing9": {"value": "x"}}}, 47003, "template_field"),
    ({"data": {**GOOD, "thing1": {"value": "字" * 21}}}, 47003, "template_field"),
    ({"data": {**GOOD, "thing1": {"value": ""}}}, 47003, "template_field"),
    ({"data": {**GOOD, "time2": {"value": "tomorrow"}}}, 47003, "template_field"),
    ({"data": {**GOOD, "thing1": "bare"}}, 47001, "refused"),
    ({"data": None}, 47001, "refused"),
    ({"touser": "o" + "y" * 27}, 40003, "openid"),
    ({"miniprogram": {"pagepath": "p"}}, 40013, "refused"),
]


@pytest.mark.parametrize(("change", "code", "rule"), BAD_TEMPLATES)
async def test_a_wrong_template_message_is_refused(
    shop: Stage, change: dict[str, Any], code: int, rule: str
) -> None:
    openid = await shop.openid("小明")
    assert await shop.code(SEND, order(openid) | change) == code
    assert await shop.rules_broken() == [rule]
    assert await shop.get("outbox") == []


async def test_a_template_message_needs_a_follower(shop: Stage) -> None:
    openid = await shop.openid("小明")
    await shop.post("unfollow", from_="小明")
    assert await shop.code(SEND, order(openid)) == 43004
    assert await shop.rules_broken() == ["not_a_follower"]


async def test_a_member_who_blocks_templates_shows_only_in_the_receipt(shop: Stage, bot: Bot) -> None:
    await shop.post("member", from_="小明", set={"blocks": True})
    assert await shop.code(SEND, order(await shop.openid("小明"))) == 0
    await shop.get("idle")
    assert bot.heard[-1]["Status"] == "failed:user block"
    assert await shop.get("outbox") == []


async def test_receipts_may_be_late(shop: Stage, bot: Bot) -> None:
    await shop.register(bot.url, receipt_delay=30, verify=False)
    await shop.api(SEND, order(await shop.openid("小明")))
    await shop.post("clock", advance="29s")
    assert bot.heard == []
    await shop.post("clock", advance="1s")
    assert bot.heard[0]["Event"] == "TEMPLATESENDJOBFINISH"


def notice(openid: str, **more: object) -> dict[str, Any]:
    return {"touser": openid, "template_id": NOTICE, "data": NEWS, **more}


async def test_each_acceptance_allows_one_notice(shop: Stage, bot: Bot) -> None:
    openid = await shop.openid("小明")
    assert await shop.code(BIZ, notice(openid)) == 43101
    await shop.post("subscribe", from_="小明", template=NOTICE, accept=True)
    assert bot.heard[-1]["Event"] == "subscribe_msg_popup_event"
    assert [await shop.code(BIZ, notice(openid)) for _ in range(2)] == [0, 43101]
    await shop.get("idle")
    assert bot.heard[-1]["Event"] == "subscribe_msg_sent_event"
    assert await shop.rules_broken() == ["no_grant", "no_grant"]


async def test_a_grant_is_per_member_and_per_template(shop: Stage) -> None:
    await shop.post("subscribe", from_="小明", template="TMPL_OTHER", accept=True)
    await shop.post("subscribe", from_="小红", template=NOTICE, accept=True)
    assert await shop.code(BIZ, notice(await shop.openid("小明"))) == 43101


async def test_a_refusal_grants_nothing_and_a_withdrawal_takes_all(shop: Stage, bot: Bot) -> None:
    openid = await shop.openid("小明")
    await shop.post("subscribe", from_="小明", template=NOTICE, accept=False)
    assert await shop.code(BIZ, notice(openid)) == 43101
    for _ in range(2):
        await shop.post("subscribe", from_="小明", template=NOTICE, accept=True)
    await shop.post("subscribe", from_="小明", template=NOTICE, accept=False, change=True)
    assert bot.heard[-1]["Event"] == "subscribe_msg_change_event"
    assert await shop.code(BIZ, notice(openid)) == 43101


@pytest.mark.parametrize("amount", ["十元", "1" * 11, "10.123"])
async def test_a_notice_with_a_wrong_field_spends_no_grant(shop: Stage, amount: str) -> None:
    await shop.post("subscribe", from_="小明", template=NOTICE, accept=True)
    openid = await shop.openid("小明")
    bad = {**NEWS, "amount2": {"value": amount}}
    assert await shop.code(BIZ, notice(openid, data=bad)) == 47003
    assert await shop.code(BIZ, notice(openid)) == 0
