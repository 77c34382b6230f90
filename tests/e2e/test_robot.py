"""Operators and internal groups speak to a robot, by socket and by webhook, on real wire bytes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import asking
from bot.domain.channel import Delivery
from bot.domain.content import Text
from bot.domain.errors import Undeliverable
from bot.domain.gateways import WecomAibotSettings
from storage import operators
from tests.e2e.community import with_robot
from tests.e2e.pastimes import ordered
from tests.whole import Whole


@pytest.fixture(params=["websocket", "webhook"])
async def office(
    tmp_path: Path, any_database_url: str, request: pytest.FixtureRequest
) -> AsyncIterator[Whole]:
    async with with_robot(tmp_path, any_database_url, request.param) as running:
        yield running


async def says(office: Whole, who: str, words: str, group: str = "", patience: float = 5.0) -> str | None:
    where = {"patience": patience, **({"group": group} if group else {})}
    told = await office.post("say", **{"account": "ops", "from": who, "text": words, **where})
    assert told["delivered"], told
    return told["reply"]["Content"] if told["reply"] else None


def by_webhook(office: Whole) -> bool:
    settings = office.program.config.gateways["ops"]
    return isinstance(settings, WecomAibotSettings) and settings.connect == "webhook"


async def bound(office: Whole, who: str, role: str) -> None:
    now = office.program.clock.now()
    code, _ = office.program.database.transact(
        lambda c: operators.offer(c, "ops", role, now, lambda alphabet: alphabet[7])
    )
    assert "绑定" in str(await says(office, who, f"绑定 {code} {who}"))


async def test_an_operator_commands_in_a_talk_of_two_and_in_a_group(office: Whole) -> None:
    await bound(office, "laoli", "admin")
    assert "一切正常" in str(await says(office, "laoli", "/状态"))
    assert "一切正常" in str(await says(office, "laoli", "/状态", "运营群"))
    assert await says(office, "xiaowang", "/状态", "运营群", 0.5) is None
    assert await office.listing("violations") == []


async def test_a_question_in_a_group_is_answered_to_who_asked(office: Whole) -> None:
    assert "9:00" in str(await says(office, "xiaowang", "营业时间", "运营群"))
    assert await office.rows("SELECT kind, count FROM tally WHERE kind = 'group.message'") == [
        ("group.message", 1)
    ]


async def test_a_rule_never_speaks_to_one_member_before_a_group(office: Whole) -> None:
    await says(office, "xiaowang", "订阅优惠", "运营群", 0.5)
    assert await office.rows("SELECT count(*) FROM consent") == [(0,)]


async def test_a_group_hears_how_many_are_still_wanted_for_what_was_begun_in_it(office: Whole) -> None:
    await says(office, "xiaowang", "营业时间", "运营群")
    await ordered(office, "m1", 1, 100)
    assert "开团成功" in str(await says(office, "xiaowang", "拼团", "运营群"))
    await office.advance("1m")
    told = [row["text"] for row in await office.listing("outbox") if "拼团 1/3，还差 2 人" in row["text"]]
    assert len(told) == 1
    assert await office.listing("violations") == []


async def test_a_group_asks_who_checked_in_today(office: Whole) -> None:
    assert "还没有人打卡" in str(await says(office, "xiaowang", "打卡榜", "运营群"))
    await says(office, "xiaowang", "打卡", "运营群")
    assert "1. m1 1" in str(await says(office, "laoli", "打卡榜", "运营群"))
    assert "打卡榜是群里的" in str(await says(office, "laoli", "打卡榜"))


async def test_a_chat_is_written_to_later_within_what_the_platform_allows(office: Whole) -> None:
    robot = office.program.channels["ops"]
    await says(office, "xiaowang", "营业时间", "运营群")
    [(known_as,)] = await office.rows("SELECT known_as FROM chat_group")
    delivery = Delivery("group", (known_as.partition(":")[2],), Text("补货到了"))
    await robot.send(delivery)
    if by_webhook(office):
        with pytest.raises(Undeliverable):
            await robot.send(delivery)  # one address a message, once
    told = [row["text"] for row in await office.listing("outbox") if "补货" in row["text"]]
    assert told == ["补货到了"]
    with pytest.raises(Undeliverable):
        await robot.send(Delivery("group", ("wrk-never-spoke",), Text("你好")))


async def test_an_answer_that_takes_too_long_comes_afterwards(
    office: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bound(office, "laoli", "admin")
    monkeypatch.setattr(asking, "WITHIN_S", 0.0)
    assert "今日" not in str(await says(office, "laoli", "/今日"))
    for _ in range(100):
        await office.advance("1s")
        told = [row["text"] for row in await office.listing("outbox") if "今日（到" in row["text"]]
        if told:
            break
        await asyncio.sleep(0.05)
    assert len(told) == 1
