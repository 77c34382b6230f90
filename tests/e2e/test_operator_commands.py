"""Operators command in chat, on real wire bytes, on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path

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
    letters = iter("ABCDEFGHJK" * 9)
    code, _ = await community.program.database.write(
        lambda c: operators.offer(c, "shop", role, now, lambda _letters: next(letters))
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
