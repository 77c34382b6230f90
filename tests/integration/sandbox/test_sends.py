import asyncio
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


async def openids(shop: Stage) -> list[str]:
    return [await shop.openid("小明"), await shop.openid("小红")]


def mass(to: list[str], key: str = "", text: str = "周末特惠") -> dict[str, Any]:
    body: dict[str, Any] = {"touser": to, "msgtype": "text", "text": {"content": text}}
    return body | ({"clientmsgid": key} if key else {})


async def test_a_mass_send_reaches_everyone_once_and_reports(shop: Stage, bot: Bot) -> None:
    to = await openids(shop)
    answer = await shop.api(MASS, mass([*to, to[0], "o" + "z" * 27], "m1"))
    await shop.get("idle")
    rows = await shop.get("outbox", route="mass")
    assert [row["member"] for row in rows] == ["小明", "小红"]
    assert {row["clientmsgid"] for row in rows} == {"m1"}
    receipt = bot.heard[-1]
    assert (receipt["Event"], receipt["MsgID"]) == ("MASSSENDJOBFINISH", str(answer["msg_id"]))
    assert (receipt["TotalCount"], receipt["SentCount"], receipt["ErrorCount"]) == ("3", "2", "0")
    status = await shop.api("/cgi-bin/message/mass/get", {"msg_id": answer["msg_id"]})
    assert status["msg_status"] == "SEND_SUCCESS"


async def test_a_mass_key_protects_for_a_day(shop: Stage) -> None:
    to = await openids(shop)
    first = await shop.api(MASS, mass(to, "m1"))
    assert await shop.code(MASS, mass(to, "m1")) == 45066
    await shop.post("clock", advance="1m")
    again = await shop.api(MASS, mass(to, "m1"))
    assert (again["errcode"], again["msg_id"]) == (45065, first["msg_id"])
    assert len(await shop.get("outbox", route="mass")) == 2
    assert await shop.rules_broken() == []
    await shop.post("clock", advance="23h59m")
    shop.token = ""
    assert await shop.code(MASS, mass(to, "m1")) == 0
    assert await shop.rules_broken() == ["late_key"]


async def test_without_a_key_scope_and_content_are_the_key(shop: Stage) -> None:
    to = await openids(shop)
    assert await shop.code(MASS, mass(to)) == 0
    assert await shop.code(MASS, mass(to[::-1])) == 45066
    assert await shop.code(MASS, mass(to, text="另一条")) == 0


@pytest.mark.parametrize(
    ("count", "key", "code"),
    [
        (0, "", 40130),
        (1, "", 40130),
        (2, "", 0),
        (10_001, "", 40032),
        (2, "荷" * 21, 0),
        (2, "荷" * 22, 45067),
    ],
)
async def test_mass_sizes(shop: Stage, count: int, key: str, code: int) -> None:
    to = (await openids(shop) + [f"o{number:027d}" for number in range(10_000)])[:count]
    assert await shop.code(MASS, mass(to, key)) == code


async def test_ten_thousand_receivers_are_allowed(bare: Stage) -> None:
    await bare.register()
    await bare.post("members", count=10_000, prefix="old")
    to = [row["openid"] for row in await bare.get("members")]
    assert await bare.code(MASS, mass(to)) == 0
    assert len(await bare.get("outbox", route="mass")) == 10_000


async def test_a_member_gets_four_mass_messages_a_calendar_month(shop: Stage) -> None:
    await shop.post("clock", set="2026-12-31T23:50:00+08:00")
    to = await openids(shop)
    assert [await shop.code(MASS, mass(to, f"m{n}")) for n in range(5)] == [0, 0, 0, 0, 45028]
    assert await shop.rules_broken() == ["mass_quota"]
    await shop.post("clock", advance="10m")
    assert await shop.code(MASS, mass(to, "m9")) == 0


async def test_one_without_allowance_is_passed_over_and_blamed(shop: Stage) -> None:
    to = await openids(shop)
    await shop.post("follow", from_="小李")
    for n in range(4):
        await shop.code(MASS, mass(to, f"m{n}"))
    assert await shop.code(MASS, mass([*to, await shop.openid("小李")], "m5")) == 0
    rows = await shop.get("outbox", route="mass")
    assert [row["member"] for row in rows[-1:]] == ["小李"]
    assert len(rows) == 9
    assert await shop.rules_broken() == ["mass_quota", "mass_quota"]


async def test_a_mass_send_by_tag_reaches_the_tagged(shop: Stage) -> None:
    tag = (await shop.api("/cgi-bin/tags/create", {"tag": {"name": "母婴"}}))["tag"]["id"]
    tagging = {"openid_list": [await shop.openid("小红")], "tagid": tag}
    assert await shop.code("/cgi-bin/tags/members/batchtagging", tagging) == 0
    body = {"filter": {"is_to_all": False, "tag_id": tag}, "msgtype": "text", "text": {"content": "x"}}
    assert await shop.code("/cgi-bin/message/mass/sendall", body) == 0
    assert [row["member"] for row in await shop.get("outbox", route="mass")] == ["小红"]
    body["filter"] = {"is_to_all": False, "tag_id": 999}
    assert await shop.code("/cgi-bin/message/mass/sendall", body) == 45159


async def test_calls_to_one_openid_must_not_overlap_but_calls_to_two_may(shop: Stage, bot: Bot) -> None:
    await shop.register(bot.url, latency=0.05, verify=False)
    one, two = await openids(shop)
    await shop.send_text(one)
    codes = await asyncio.gather(shop.send_text(one), shop.send_text(one), shop.send_text(two))
    assert sorted(codes) == [0, 0, 43108]
    assert codes[2] == 0
    assert await shop.rules_broken() == ["concurrent"]
