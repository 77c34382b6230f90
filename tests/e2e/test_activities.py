"""What members can do in chat, by the whole program against the pretend WeChat."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.domain.events import ORDER_PAID, ORDER_REFUNDED, InboundEvent
from bot.domain.identity import NUMBER, identity
from storage.coupon_stock import BATCH
from storage.reports import audited
from tests.e2e.shift import bound
from tests.whole import Whole, whole


@pytest.fixture
async def community(tmp_path: Path, any_database_url: str) -> AsyncIterator[Whole]:
    async with whole(tmp_path, any_database_url) as running:
        yield running
        assert (await running.read(audited)).wrong == ()
        assert await running.listing("violations") == []


async def ordered(community: Whole, member: str, number: int, yuan: int, kind: str = ORDER_PAID) -> None:
    """Let the shop tell of an order, or of what it paid back."""
    at = community.program.clock.now()
    told = {"order_id": f"HT-{number}"}
    key, whose = f"{kind}:{number}", identity(NUMBER, member)
    event = InboundEvent(key, "webhook", kind, at, whose, properties=told, amount=yuan * 100)
    await community.program.dispatcher.accept([event])


async def test_a_week_of_checking_in_brings_points_a_level_and_a_coupon(community: Whole) -> None:
    await community.act("follow", "小明")
    said = [str(await community.says("小明", "打卡"))]
    assert "连续 1 天" in said[0]
    assert "今天已经打过卡" in str(await community.says("小明", "签到"))
    for _ in range(6):
        await community.advance("1d")
        said.append(str(await community.says("小明", "打卡")))
    assert "连续 7 天" in said[-1]
    assert "含连续奖励 20" in said[-1]
    mine = str(await community.says("小明", "我的积分"))
    assert "55 分" in mine
    assert "「银」" in mine
    assert "兑换茶券" in mine
    assert "要 100 分" in str(await community.says("小明", "兑换茶券"))
    await ordered(community, "m1", 1, 500)
    bought = str(await community.says("小明", "兑换茶券"))
    assert "兑换成功" in bought
    assert "还剩 5 分" in bought
    assert "要 100 分" in str(await community.says("小明", "兑换茶券"))
    codes = await community.rows("SELECT code, state, basis FROM coupon")
    assert [(state, basis) for _, state, basis in codes] == [("issued", "open_to_all")]
    assert codes[0][0] in bought


async def test_what_is_paid_back_takes_its_points_along(community: Whole) -> None:
    await community.act("follow", "小明")
    await ordered(community, "m1", 1, 500)
    await ordered(community, "m1", 1, 200, ORDER_REFUNDED)
    assert "有 30 分" in str(await community.says("小明", "我的积分"))


async def test_a_missed_day_is_made_up_for_points(community: Whole) -> None:
    await community.act("follow", "小明")
    for days in ("1d", "1d", "2d"):
        await community.says("小明", "打卡")
        await community.advance(days)
    assert "连续 1 天" in str(await community.says("小明", "打卡"))
    assert "连续 5 天" in str(await community.says("小明", "补签"))
    assert "没有漏掉" in str(await community.says("小明", "补签"))


async def test_an_operator_closes_an_activity_and_opens_it_again(community: Whole) -> None:
    await bound(community, "老李", "admin")
    await community.act("follow", "小明")
    assert "已关闭" in str(await community.says("老李", "/关 check_in"))
    assert "暂时关闭" in str(await community.says("小明", "打卡"))
    why = str(await community.says("老李", "/为什么 m2 check_in"))
    assert "运营关掉了" in why
    assert "可以参加" in str(await community.says("老李", "/开 check_in"))
    assert "连续 1 天" in str(await community.says("小明", "打卡"))
    stands = str(await community.says("老李", "/活动 check_in"))
    assert "开着" in stands
    assert "m2" in str(await community.says("老李", "/名单 check_in"))
    rows = await community.rows("SELECT action FROM audit WHERE action LIKE 'activity.%' ORDER BY id")
    assert rows == [("activity.closed",), ("activity.open",)]


async def test_a_lottery_is_paid_for_limited_and_told_with_its_proof(community: Whole) -> None:
    await community.act("follow", "小明")
    assert "要 20 分" in str(await community.says("小明", "抽奖"))
    await ordered(community, "m1", 1, 2000)
    found = [str(await community.says("小明", "抽奖")) for _ in range(4)]
    assert ["号" in one for one in found] == [True, True, True, False]
    assert "用完了" in found[-1]
    terms = str(await community.says("小明", "抽奖规则"))
    ((commitment, entries),) = await community.rows("SELECT commitment, entries FROM draw")
    assert commitment in terms
    assert "coupon.draw10: 2%" in terms
    assert entries == 3
    await community.advance("95d")
    assert "已经结束" in str(await community.says("小明", "抽奖"))
    ((seed,),) = await community.rows("SELECT revealed FROM draw")
    assert seed in str(await community.says("小明", "抽奖规则"))


async def test_a_flash_sale_opens_at_its_moment_and_tells_the_losers(community: Whole) -> None:
    for who in ("小明", "小红", "小刚"):
        await community.act("follow", who)
    await community.program.database.write(
        lambda c: c.execute(update(BATCH).where(BATCH.c.name == "tea_sale").values(stock=2))
    )
    assert "12月12日 12:00 开始" in str(await community.says("小明", "秒杀"))
    await community.post("clock", set="2026-12-12T12:00:00+08:00")
    found = [str(await community.says(who, "秒杀")) for who in ("小明", "小红", "小刚", "小明")]
    assert ["抢到了" in one for one in found] == [True, True, False, True]
    assert "已经抢完了" in found[2]
    assert found[0] == found[3]
    await community.advance("2h")
    assert "已经结束" in str(await community.says("小刚", "秒杀"))


async def test_three_buy_together_and_each_is_told(community: Whole) -> None:
    for number, who in enumerate(("小明", "小红", "小刚"), start=1):
        await community.act("follow", who)
        await community.says(who, "你好")
        if number == 1:
            assert "下过单" in str(await community.says(who, "拼团"))
        await ordered(community, f"m{number}", number, 100)
    code = re.findall(r"参团 ([2-9A-Z]{6})", str(await community.says("小明", "拼团")))[0]
    assert "还差 1 人" in str(await community.says("小红", f"参团 {code}"))
    assert "成团了" in str(await community.says("小刚", f"参团{code.lower()}"))
    await community.advance("1m")
    told = [row["text"] for row in await community.listing("outbox") if row["route"] == "customer_service"]
    assert len([text for text in told if "你的团满 3 人了" in text]) == 2
    assert "拼团茶券" in str(await community.says("小明", "我的券"))


async def test_a_group_that_stays_too_small_is_told_so(community: Whole) -> None:
    await community.act("follow", "小明")
    await ordered(community, "m1", 1, 100)
    assert "开团成功" in str(await community.says("小明", "拼团"))
    await community.advance("25h")
    told = [row["text"] for row in await community.listing("outbox")]
    assert any("没有在时间内凑满" in text for text in told)


async def test_a_low_score_goes_to_a_person_and_a_high_one_is_thanked(community: Whole) -> None:
    for number, who in enumerate(("小明", "小红"), start=1):
        await community.act("follow", who)
        await ordered(community, f"m{number}", number, 100)
        assert await community.says(who, "9") is None
    await community.advance("23h")
    for who in ("小明", "小红"):
        await community.says(who, "在吗")
    await community.advance("2h")
    asked = [row for row in await community.listing("outbox") if "给几分" in row["text"]]
    assert len(asked) == 2
    assert "抱歉" in str(await community.says("小明", "3"))
    assert "谢谢你的 10 分" in str(await community.says("小红", "10"))
    assert await community.says("小红", "10") is None
    assert await community.rows("SELECT member_id, name FROM tag WHERE source = 'survey:nps' ORDER BY 1") == [
        (1, "不满意"), (2, "满意"),
    ]  # fmt: skip
    assert await community.rows("SELECT member_id, queue FROM handoff") == [(1, "care")]


async def test_a_vote_may_change_and_a_quiz_may_not(community: Whole) -> None:
    await community.act("follow", "小明")
    assert "A. 龙井" in str(await community.says("小明", "投票茶"))
    assert "「普洱」" in str(await community.says("小明", "投票茶 B"))
    assert "「龙井」" in str(await community.says("小明", "投票茶 龙井"))
    assert await community.rows("SELECT choice FROM answer") == [("龙井",)]
    assert "正确答案" in str(await community.says("小明", "问答茶 福建"))
    assert "已经答过" in str(await community.says("小明", "问答茶 杭州"))
    await community.act("follow", "小红")
    assert "送你 10 积分" in str(await community.says("小红", "问答茶 a"))
    assert "10 分" in str(await community.says("小红", "我的积分"))
