"""Points that run out are told to whose they were: once a day, and not in the night."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.reports import audited
from tests.e2e.pastimes import ordered
from tests.whole import Whole, whole

TOLD = "SELECT state FROM outbox WHERE template = 'points/ran_out'"


@pytest.fixture
async def community(tmp_path: Path, any_database_url: str) -> AsyncIterator[Whole]:
    async with whole(tmp_path, any_database_url, {"expire: 365d": "expire: 2d"}) as running:
        yield running
        assert (await running.read(audited)).wrong == ()
        assert await running.listing("violations") == []


async def expired(community: Whole) -> int:
    rows = await community.rows("SELECT count(*) FROM event WHERE kind = 'points.expired'")
    return int(rows[0][0])


async def test_what_ran_out_is_told_once_a_day(community: Whole) -> None:
    await community.act("follow", "小明")
    await community.says("小明", "打卡")
    await community.advance("30m")
    await ordered(community, "m1", 1, 50)
    await community.advance("1d")
    await community.says("小明", "你好")  # so that a way stays open
    await community.advance("1d10m")
    assert (await expired(community), await community.rows(TOLD)) == (2, [("sent",)])
    said = await community.rows("SELECT text FROM outbox WHERE template = 'points/ran_out'")
    assert "有 5 分刚刚到期" in said[0][0]
    assert "有 0 分" in str(await community.says("小明", "我的积分"))


async def test_what_runs_out_in_the_night_is_told_in_the_morning(community: Whole) -> None:
    await community.act("follow", "小明")
    now = community.program.clock.now()
    night = (23 - 8 - now.hour) % 24  # 23 o'clock in Shanghai
    await community.advance(f"{night}h")
    await community.says("小明", "打卡")
    await community.advance("1d")
    await community.says("小明", "你好")
    await community.advance("1d5m")
    assert await expired(community) == 1
    assert {state for (state,) in await community.rows(TOLD)} <= {"queued", "waiting"}
    assert len(await community.rows(TOLD)) == 1
    await community.advance("12h")
    assert await community.rows(TOLD) == [("sent",)]
