"""Operators command in chat, on real wire bytes, on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.shift import bound, consenting
from tests.whole import Whole, whole


@pytest.fixture
async def community(tmp_path: Path, any_database_url: str) -> AsyncIterator[Whole]:
    async with whole(tmp_path, any_database_url) as running:
        yield running


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


async def test_what_is_planned_previewed_and_tried_is_told(community: Whole) -> None:
    await bound(community, "老李", "admin")
    await consenting(community, "小明")
    assert "digest" in str(await community.says("老李", "/日程 本月"))
    assert "会是这样" in str(await community.says("老李", "/预览 digest m2"))
    assert "试发会员 m1、m2" in str(await community.says("老李", "/试发 digest"))
    for line in (
        "/额度",
        "/内容",
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


async def test_a_slip_is_answered_with_the_nearest_command_and_a_line_to_copy(community: Whole) -> None:
    await bound(community, "老李", "admin")
    assert "最接近：/群发" in str(await community.says("老李", "/裙发"))
    assert "最接近：/状态" in str(await community.says("老李", "/壮态"))
    assert "可以复制：/标签 加 m12 母婴" in str(await community.says("老李", "/标签 m2"))
    shelves = str(await community.says("老李", "/帮助"))
    assert "群发" in shelves
    assert "急停" in shelves


async def test_a_forecast_is_made_in_a_process_of_its_own_and_told_when_it_is_there(community: Whole) -> None:
    await bound(community, "老李", "admin")
    await consenting(community, "小明")
    at_once = str(await community.says("老李", "/预演 7天"))
    await community.program.dispatcher.settled()
    await community.advance("1m")
    pushed = [row for row in await community.listing("outbox") if row["route"] == "customer_service"]
    told = [at_once, *(str(row["text"]) for row in pushed)]
    assert any("未来 7 天，2 位会员" in one for one in told), told
    assert "image" in {row["kind"] for row in pushed}
