"""Groups: who comes and goes, what is said there, and what is said back, on real wire bytes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.e2e.community import community
from tests.e2e.shift import bound
from tests.whole import Whole

MOTHERS = "宝妈一群"


@pytest.fixture(params=["reverse_websocket", "webhook"])
async def town(tmp_path: Path, any_database_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Whole]:
    async with community(tmp_path, any_database_url, connect=request.param) as running:
        yield running


async def in_group(town: Whole, act: str, who: str, **fields: object) -> None:
    told = await town.post(act, **{"account": "groups", "from": who, "group": MOTHERS, **fields})
    assert told["delivered"], told


async def told(town: Whole, route: str = "group") -> list[str]:
    return [row["text"] for row in await town.listing("outbox") if row["route"] == route]


async def heard(town: Whole, statement: str, expected: object) -> None:
    """Wait until a statement gives this: nothing over a socket says that something was handled."""
    for _ in range(400):
        found = await town.rows(statement)
        if found == expected:
            return
        await asyncio.sleep(0.02)
    assert found == expected


async def test_five_who_come_within_a_minute_get_one_greeting(town: Whole) -> None:
    for number in range(5):
        await in_group(town, "join", f"新{number}")
    await heard(town, "SELECT count(*) FROM group_member WHERE left_at IS NULL", [(5,)])
    await town.advance("2m")
    greetings = await told(town)
    assert len(greetings) == 1
    assert "5 位" in greetings[0]
    await in_group(town, "join", "新9")
    await heard(town, "SELECT count(*) FROM group_member", [(6,)])
    await town.advance("20m")
    assert len(await told(town)) == 2
    assert await town.listing("violations") == []


async def test_a_stop_holds_what_would_be_said_in_groups_too(town: Whole) -> None:
    await bound(town, "老李", "admin")
    for number in range(2):
        await in_group(town, "join", f"新{number}")
    await heard(town, "SELECT count(*) FROM group_member WHERE left_at IS NULL", [(2,)])
    await town.says("老李", "/急停")
    await town.advance("2m")
    assert await told(town) == []
    assert await town.rows("SELECT state FROM group_post") == [("queued",)]


async def test_a_question_is_answered_once_in_a_while_and_never_at_night(town: Whole) -> None:
    await in_group(town, "say", "小明", text="营业时间")
    await in_group(town, "say", "小红", text="营业时间")
    await heard(town, "SELECT count(*) FROM group_post WHERE state IN ('sent', 'skipped')", [(2,)])
    assert len(await told(town)) == 1
    await town.advance("15m")
    await in_group(town, "say", "小红", text="营业时间")
    await heard(town, "SELECT count(*) FROM group_post WHERE state = 'sent'", [(2,)])
    await town.advance("12h")  # 22:15
    await in_group(town, "say", "小红", text="营业时间")
    await heard(town, "SELECT count(*) FROM group_post WHERE reason = 'quiet_hours'", [(1,)])
    await town.advance("1d")
    assert len(await told(town)) == 2


async def test_what_is_said_makes_tags_and_a_leaver_is_known(town: Whole) -> None:
    await in_group(town, "say", "小明", text="有奶粉吗")
    await heard(town, "SELECT name FROM tag", [("母婴",)])
    await in_group(town, "leave", "小明")
    await heard(town, "SELECT count(*) FROM group_member WHERE left_at IS NOT NULL", [(1,)])
    kinds = dict(await town.rows("SELECT kind, count FROM tally"))
    assert (kinds["group.message"], kinds["member.left_group"], kinds["tag.added"]) == (1, 1, 1)


async def test_a_complaint_raises_a_hand_and_pauses_marketing_without_a_word_in_the_group(
    town: Whole,
) -> None:
    await in_group(town, "say", "小红", text="你们骗人，我要投诉")
    await heard(town, "SELECT queue, state FROM handoff", [("care", "open")])
    assert await town.rows("SELECT purpose FROM suppression") == [("marketing",)]
    await town.advance("1h")
    assert await told(town) == []


async def test_a_complaint_without_any_keyword_reaches_a_person_within_a_minute(town: Whole) -> None:
    await in_group(town, "say", "小红", text="你好呀")
    await town.advance("10s")
    await asyncio.sleep(0.3)
    await in_group(town, "say", "小红", text="说好48小时发货，等了一周都没人理，你们太坑了")
    await in_group(town, "say", "小明", text="这电影太烂了，别去看")
    for _ in range(55):
        await town.advance("1s")
        await asyncio.sleep(0.1)
        if await town.rows("SELECT count(*) FROM handoff") != [(0,)]:
            break
    assert await town.rows("SELECT queue, state FROM handoff") == [("care", "open")]
    assert await town.rows("SELECT purpose FROM suppression") == [("marketing",)]
    [(context,)] = await town.rows("SELECT context FROM handoff")
    assert "48小时发货" in str(context)


async def test_our_own_words_and_a_repeated_frame_change_nothing(town: Whole) -> None:
    await town.post("fault", path="groups", kind="duplicate", count=1)
    await in_group(town, "say", "小明", text="有奶粉吗")
    await in_group(town, "say", "小明", text="好的")
    await heard(town, "SELECT count FROM tally WHERE kind = 'group.message'", [(2,)])
    assert await told(town) == []


async def test_a_talk_of_two_is_answered_there(town: Whole) -> None:
    await town.post("say", **{"account": "groups", "from": "小明", "text": "营业时间"})
    for _ in range(400):
        if await told(town, "direct"):
            break
        await asyncio.sleep(0.02)
    assert len(await told(town, "direct")) == 1


async def test_more_than_the_allowance_is_never_said(tmp_path: Path, any_database_url: str) -> None:
    async with community(tmp_path, any_database_url, allowance="1, per: 1d") as town:
        await in_group(town, "say", "小明", text="营业时间")
        await heard(town, "SELECT count(*) FROM group_post WHERE state = 'sent'", [(1,)])
        await in_group(town, "say", "小明", text="怎么退货")
        await in_group(town, "join", "小红")
        await heard(town, "SELECT count(*) FROM group_post", [(3,)])
        await town.advance("20h")
        assert len(await told(town)) == 1
        assert await town.listing("violations") == []


async def test_who_says_nothing_for_long_becomes_an_event_once(town: Whole) -> None:
    await in_group(town, "join", "小静")
    await heard(town, "SELECT count(*) FROM group_member", [(1,)])
    for _ in range(18):
        await town.advance("1d")
        await asyncio.sleep(0.05)
    await heard(town, "SELECT count FROM tally WHERE kind = 'member.quiet_in_group'", [(1,)])
    assert await town.rows("SELECT count(*) FROM event WHERE kind = 'member.quiet_in_group'") == [(1,)]


async def test_an_operator_sees_groups_topics_and_where_facts_come_from(town: Whole) -> None:
    await bound(town, "老李", "admin")
    for who in ("一", "二", "三"):
        await in_group(town, "say", who, text=f"奶粉哪个牌子{who}")
    await heard(town, "SELECT count(*) FROM tag WHERE name = '母婴'", [(3,)])
    assert "奶粉" in str(await town.says("老李", "/今日")).partition("群里在聊")[2]
    [(first,)] = await town.rows("SELECT min(member_id) FROM tag WHERE name = '母婴'")
    card = str(await town.says("老李", f"/画像 m{first}"))
    assert "母婴〔说到奶粉〕" in card
    assert "来自：groups" in card
    await town.program.database.write(
        lambda c: c.execute(text("UPDATE chat_group SET name = '宝妈一群'")) and None
    )
    assert "3 人" in str(await town.says("老李", "/人群 群=宝妈一群"))
