import asyncio
from typing import Any

import pytest

from tests.integration.sandbox.bot_side import Bot, Stage

MASS = "/cgi-bin/message/mass/send"


@pytest.fixture
async def shop(bare: Stage, bot: Bot) -> Stage:
    await bare.register(bot.url)
    await bare.post("follow", from_="小明")
    await bare.post("follow", from_="小红")
    bot.heard.clear()
    return bare


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
async def test_two_to_ten_thousand_receivers_and_sixty_four_bytes_of_key(
    shop: Stage, count: int, key: str, code: int
) -> None:
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
