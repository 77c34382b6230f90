"""What goes out to many: shown, confirmed, called back, on real wire bytes, on both databases."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.watching import EVERY_S
from tests.e2e.shift import bound, code_in, consenting
from tests.whole import Whole, whole


@pytest.fixture
async def community(tmp_path: Path, any_database_url: str) -> AsyncIterator[Whole]:
    async with whole(tmp_path, any_database_url) as running:
        yield running


async def ended(community: Whole) -> list[str]:
    """Return what was told of plans that ended; the watch looks now and then, by the machine's own time."""
    async with asyncio.timeout(30):
        while True:
            await community.advance("2m")
            told = [row["text"] for row in await community.listing("outbox") if "发完了" in row["text"]]
            if told:
                return told
            await asyncio.sleep(EVERY_S)


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
    assert await ended(community) == [f"✅ #{code}「回归15元券」发完了：已发 2"]
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
