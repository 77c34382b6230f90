"""Operators command in chat, on real wire bytes, on both databases."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from storage import operators
from tests.whole import Whole, whole


@pytest.fixture
async def community(tmp_path: Path, any_database_url: str) -> AsyncIterator[Whole]:
    async with whole(tmp_path, any_database_url) as running:
        yield running


async def bound(community: Whole, who: str, role: str) -> None:
    """Let somebody follow and become an operator by a one-time code."""
    await community.act("follow", who)
    now = community.program.clock.now()
    letters = Random(who)
    code, _ = await community.program.database.write(
        lambda c: operators.offer(c, "shop", role, now, letters.choice)
    )
    assert "绑定成功" in str(await community.says(who, f"绑定 {code} {who}"))


async def test_a_bound_operator_asks_and_everybody_else_chats(community: Whole) -> None:
    await bound(community, "老李", "admin")
    assert "一切正常" in str(await community.says("老李", "/状态"))
    assert "新增 1" in str(await community.says("老李", "／今日"))
    await community.act("follow", "小明")
    assert await community.says("小明", "/状态") is None
    kinds = await community.rows("SELECT kind, count(*) FROM event WHERE kind LIKE '%mand%' GROUP BY kind")
    assert kinds == [("operator.commanded", 2)]
    assert await community.listing("violations") == []


async def test_a_tag_put_on_in_chat_is_there_heard_by_the_rules_and_audited(community: Whole) -> None:
    await bound(community, "老李", "admin")
    await community.act("follow", "小明")
    ((number,),) = await community.rows(
        "SELECT member_id FROM identity WHERE known_as LIKE '%' ORDER BY member_id DESC LIMIT 1"
    )
    said = str(await community.says("老李", f"/标签 加 m{number} 母婴 护肤"))
    assert "已给" in said
    assert "撤销" in said
    tags = "SELECT name, source FROM tag WHERE source LIKE 'operator%' ORDER BY name"
    assert [name for name, _ in await community.rows(tags)] == ["护肤", "母婴"]
    await community.advance("2s")
    heard = await community.rows("SELECT count(*) FROM event WHERE kind = 'tag.added'")
    assert heard == [(2,)]
    acts = await community.rows("SELECT action FROM audit WHERE action LIKE 'command%'")
    assert acts == [("command.tag",)]


async def test_what_a_role_may_not_do_is_refused_and_noted(community: Whole) -> None:
    await bound(community, "小读", "reader")
    assert "权限" in str(await community.says("小读", "/急停"))
    assert await community.rows("SELECT count(*) FROM switch") == [(0,)]
    assert await community.rows("SELECT action, target FROM audit WHERE action = 'command.refused'") == [
        ("command.refused", "panic")
    ]


async def test_a_dry_run_shows_and_writes_nothing(community: Whole) -> None:
    await bound(community, "老李", "admin")
    said = str(await community.says("老李", "/演练 急停"))
    assert "演练" in said
    assert "已急停" in said
    assert await community.rows("SELECT count(*) FROM switch") == [(0,)]
    assert "已急停" in str(await community.says("老李", "/急停"))
    assert await community.rows("SELECT name FROM switch") == [("paused",)]


def code_in(said: str) -> str:
    found = re.search(r"#([2-9A-Z]{4})", said)
    assert found is not None, said
    return found[1]


async def consenting(community: Whole, *names: str) -> None:
    """Let members follow, agree to marketing, and some days later ask for what makes a tag of theirs."""
    for name in names:
        await community.act("follow", name)
        await community.says(name, "订阅优惠")
    await community.advance("3d")
    for name in names:
        await community.says(name, "面膜怎么卖")


async def test_a_send_is_shown_confirmed_waits_for_its_grace_and_leaves_once(community: Whole) -> None:
    await bound(community, "老李", "admin")
    await consenting(community, "小明", "小红")
    shown = str(await community.says("老李", "/发券 护肤 back15"))
    assert "共 2 人" in shown
    assert "客服消息" in shown
    code = code_in(shown)
    assert "人数" in str(await community.says("老李", f"确认 {code}"))
    assert "已确认" in str(await community.says("老李", f"确认 {code} 2"))
    assert "已经执行过" in str(await community.says("老李", f"确认 {code} 2"))
    assert await community.rows(
        "SELECT count(*) FROM coupon WHERE batch = 'back15' AND state = 'issued'"
    ) == [(0,)]
    await community.advance("2m")
    gifts = [row for row in await community.listing("outbox") if "送你一张" in row["text"]]
    assert len(gifts) == 2
    assert await community.rows(
        "SELECT count(*) FROM coupon WHERE batch = 'back15' AND state = 'issued'"
    ) == [(2,)]
    await community.advance("5m")
    ended = [row["text"] for row in await community.listing("outbox") if "发完了" in row["text"]]
    assert ended == [f"✅ #{code}「回归15元券」发完了：已发 2"]
    assert "已发出的 2 条收不回" in str(await community.says("老李", f"/撤销 {code}"))
    assert await community.listing("violations") == []


async def test_an_undo_within_the_grace_calls_everything_back(community: Whole) -> None:
    await bound(community, "老李", "admin")
    await consenting(community, "小明", "小红")
    code = code_in(str(await community.says("老李", "/发券 护肤 back15")))
    await community.says("老李", f"确认 {code} 2")
    assert "2 条不再发；已发出的 0 条" in str(await community.says("老李", "/撤销"))
    await community.advance("1d")
    assert [row for row in await community.listing("outbox") if "送你一张" in row["text"]] == []


async def test_a_card_is_for_whom_it_was_shown_while_it_is_fresh_and_the_people_are_the_same(
    community: Whole,
) -> None:
    await bound(community, "老李", "admin")
    await bound(community, "小刘", "admin")
    await consenting(community, "小明", "小红")
    line = "/批量标签 加 双十一 --人群 标签=护肤"
    code = code_in(str(await community.says("老李", line)))
    assert "没有这个确认码" in str(await community.says("小刘", f"确认 {code} 2"))
    await community.act("follow", "小丽")
    await community.says("小丽", "面膜怎么卖")
    again = str(await community.says("老李", f"确认 {code} 2"))
    assert "人数变了（2 → 3）" in again
    assert await community.rows("SELECT count(*) FROM tag WHERE name = '双十一'") == [(0,)]
    assert "已给 3 人" in str(await community.says("老李", f"确认 {code_in(again)} 3"))
    assert "3 位会员恢复原样" in str(await community.says("老李", "/撤销"))
    late = code_in(str(await community.says("老李", line)))
    await community.advance("6m")
    assert "已过期" in str(await community.says("老李", f"确认 {late} 3"))
    assert await community.rows("SELECT count(*) FROM tag WHERE name = '双十一'") == [(0,)]


async def test_everything_stops_at_once_and_goes_on_only_after_a_confirmation(community: Whole) -> None:
    await bound(community, "老李", "admin")
    await consenting(community, "小明")
    code = code_in(str(await community.says("老李", "/发券 护肤 back15")))
    await community.says("老李", f"确认 {code} 1")
    await community.says("老李", "/急停")
    await community.advance("10m")
    gifts = [row for row in await community.listing("outbox") if "送你一张" in row["text"]]
    assert gifts == []
    card = str(await community.says("老李", "/恢复"))
    assert "已恢复" in str(await community.says("老李", f"确认 {code_in(card)}"))
    await community.advance("10m")
    assert [row for row in await community.listing("outbox") if "送你一张" in row["text"]] != []


async def test_a_time_is_echoed_as_an_absolute_date_kept_to_and_moved(community: Whole) -> None:
    await bound(community, "老李", "admin")
    await consenting(community, "小明")
    asks = str(await community.says("老李", "/发券 护肤 back15 --时间 12.6 8:30"))
    assert "几种意思" in asks
    shown = str(await community.says("老李", "/发券 护肤 back15 --时间 明天上午十点"))
    assert "2026年12月5日（周六，休息日）10:00" in shown
    code = code_in(shown)
    assert "12-05 10:00" in str(await community.says("老李", f"确认 {code} 1"))
    assert "12-05 11:00" in str(await community.says("老李", f"/改期 {code} 明天上午11点"))
    await community.advance("24h")
    gifts = [row for row in await community.listing("outbox") if "送你一张" in row["text"]]
    assert gifts == []
    await community.advance("10h")  # a message of the evening before still counts
    gifts = [row for row in await community.listing("outbox") if "送你一张" in row["text"]]
    assert len(gifts) == 1


async def test_today_is_told_in_words_and_then_shown_in_a_picture(community: Whole) -> None:
    await bound(community, "老李", "admin")
    assert "新增 1" in str(await community.says("老李", "/今日"))
    await community.program.dispatcher.settled()
    await community.advance("1m")
    shown = [row for row in await community.listing("outbox") if row["route"] == "customer_service"]
    assert [row["kind"] for row in shown] == ["image"]
    assert await community.rows("SELECT state FROM outbox WHERE template = 'operators/picture'") == [
        ("sent",)
    ]


async def test_a_large_plan_needs_a_second_person(tmp_path: Path) -> None:
    async with whole(tmp_path, changes={"members: 500": "members: 1"}) as community:
        await bound(community, "老李", "admin")
        await bound(community, "小刘", "admin")
        await bound(community, "小读", "reader")
        await consenting(community, "小明", "小红")
        shown = str(await community.says("老李", "/批量标签 加 双十一 --人群 护肤"))
        code = code_in(shown)
        assert "/批准" in shown
        assert "等另一位" in str(await community.says("老李", f"确认 {code} 2"))
        assert "别人" in str(await community.says("老李", f"/批准 {code}"))
        assert "权限" in str(await community.says("小读", f"/批准 {code}"))
        assert await community.rows("SELECT count(*) FROM tag WHERE name = '双十一'") == [(0,)]
        assert "已给 2 人" in str(await community.says("小刘", f"/批准 {code}"))


async def test_what_is_planned_previewed_and_tried_is_told(community: Whole) -> None:
    await bound(community, "老李", "admin")
    await consenting(community, "小明")
    assert "digest" in str(await community.says("老李", "/日程 本月"))
    assert "会是这样" in str(await community.says("老李", "/预览 digest m2"))
    assert "试发会员 m1、m2" in str(await community.says("老李", "/试发 digest"))
    for line in (
        "/额度",
        "/规则",
        "/活动",
        "/券",
        "/券 new10",
        "/待办",
        "/查 m2",
        "/轨迹 m2",
        "/阶段 m2",
        "/帮助",
    ):
        told = str(await community.says("老李", line))
        assert "没有做成" not in told, line
        assert "{" not in told, line
