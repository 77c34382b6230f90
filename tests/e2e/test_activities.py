"""What each member can do in chat for themselves, by the whole program against the pretend WeChat."""

import asyncio

from bot.domain.events import ORDER_REFUNDED
from bot.pictures import Pictures
from storage import draw_proofs
from storage.outbox.queue import enqueue
from tests.e2e.pastimes import note_for, ordered
from tests.e2e.shift import bound
from tests.whole import Whole


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
    for number in (2, 3):  # told twice, and of an order that brought nothing
        await ordered(community, "m1", number, 400, ORDER_REFUNDED)
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
    ((commitment, entries),) = await community.rows(
        "SELECT commitment, entries FROM draw WHERE name = 'lottery'"
    )
    assert commitment in terms
    assert "抽奖10元券：2%" in terms
    assert "50 积分：20%" in terms
    assert entries == 3
    await community.advance("95d")
    assert "已经结束" in str(await community.says("小明", "抽奖"))
    ((seed,),) = await community.rows("SELECT revealed FROM draw WHERE name = 'lottery'")
    assert seed in str(await community.says("小明", "抽奖规则"))


async def test_a_lottery_is_drawn_at_its_time_and_its_winners_are_told(community: Whole) -> None:
    await community.act("follow", "小明")
    assert "1月1日" in str(await community.says("小明", "新年抽奖"))
    terms = str(await community.says("小明", "抽奖规则 新年抽奖"))
    assert "30元茶券：3 名" in terms
    assert "开奖" in terms
    await ordered(community, "m1", 1, 2000)
    await community.advance("32d")
    assert "你是第 1 号" in str(await community.says("小明", "新年抽奖"))
    assert "用完了" in str(await community.says("小明", "新年抽奖"))
    await community.advance("32d")
    won = await community.rows("SELECT prize, given FROM draw_entry WHERE draw = 'new_year'")
    assert won == [("coupon.tea30", "given")]
    await community.says("小明", "在吗")
    await community.advance("1m")
    told = [row["text"] for row in await community.listing("outbox") if "开奖了" in row["text"]]
    assert len(told) == 1
    found = await community.read(lambda c: draw_proofs.proof(c, "new_year"))
    assert found is not None
    assert draw_proofs.differences(found) == []


async def test_a_hand_off_tells_level_and_points(community: Whole) -> None:
    await community.act("follow", "小明")
    await ordered(community, "m1", 1, 6000)
    await community.program.database.write(lambda c: enqueue(c, [note_for(1, community.program.clock.now())]))
    await community.says("小明", "在吗")
    await community.advance("1m")
    told = [row["text"] for row in await community.listing("outbox") if "等级" in row["text"]]
    assert any("等级：金" in text and "积分：600" in text for text in told)


async def test_a_month_of_checking_in_is_told_and_then_shown(community: Whole) -> None:
    # What draws is loaded before, which takes seconds of a busy machine; the picture itself is in time.
    await asyncio.to_thread(Pictures().draw, "drawn:2026-02;1;;4;2 月打卡;一二三四五六日;打卡;补签")
    await community.act("follow", "小明")
    await community.says("小明", "打卡")
    await community.advance("1d")
    await community.says("小明", "打卡")
    said = str(await community.says("小明", "打卡日历"))
    assert "月打卡：2 天，连续 2 天" in said or "月打卡：1 天，连续 2 天" in said
    await community.advance("1m")
    shown = [row["kind"] for row in await community.listing("outbox") if row["route"] == "customer_service"]
    assert shown == ["image"]
    picture = "SELECT state FROM outbox WHERE template = 'check_in/calendar_picture'"
    assert await community.rows(picture) == [("sent",)]
