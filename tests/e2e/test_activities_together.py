"""What members do in chat at once or together: sales, groups, answers, friends who come along."""

import re

from sqlalchemy import update

from storage.coupon_stock import BATCH
from storage.outbox.queue import enqueue
from tests.e2e.pastimes import note_for, ordered
from tests.e2e.shift import bound
from tests.whole import Whole


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
    assert len([words for words in told if "你的团满 3 人了" in words]) == 2
    assert "拼团茶券" in str(await community.says("小明", "我的券"))


async def test_a_closed_offer_begins_no_group_and_those_begun_go_on(community: Whole) -> None:
    await bound(community, "老李", "admin")
    for number, who in enumerate(("小明", "小红"), start=2):
        await community.act("follow", who)
        await ordered(community, f"m{number}", number, 100)
    code = re.findall(r"参团 ([2-9A-Z]{6})", str(await community.says("小明", "拼团")))[0]
    assert "已经开的团照常" in str(await community.says("老李", "/关 tea_3"))
    assert "暂时关闭" in str(await community.says("小红", "拼团"))
    assert "还差 1 人" in str(await community.says("小红", f"参团 {code}"))
    assert "进行中 1" in str(await community.says("老李", "/活动 tea_3"))


async def test_a_word_that_claims_opens_a_window_for_what_waits(community: Whole) -> None:
    await community.act("follow", "小明")
    await community.advance("3d")
    now = community.program.clock.now()
    await community.program.database.write(lambda c: enqueue(c, [note_for(1, now)]))
    await community.advance("1m")
    waits = "SELECT state FROM outbox WHERE key = 'note'"
    assert await community.rows(waits) == [("waiting",)]
    await community.says("小明", "生日礼")
    await community.advance("1m")
    assert await community.rows(waits) == [("sent",)]


async def test_a_group_that_stays_too_small_is_told_so(community: Whole) -> None:
    await community.act("follow", "小明")
    await ordered(community, "m1", 1, 100)
    assert "开团成功" in str(await community.says("小明", "拼团"))
    await community.advance("25h")
    told = [row["text"] for row in await community.listing("outbox")]
    assert any("没有在时间内凑满" in words for words in told)


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
    await community.advance("1m")
    assert await community.says("小明", "茶叶受潮了") is None
    assert "谢谢你的 10 分" in str(await community.says("小红", "10"))
    assert await community.says("小红", "10") is None
    assert await community.rows("SELECT member_id, name FROM tag WHERE source = 'survey:nps' ORDER BY 1") == [
        (1, "不满意"), (2, "满意"),
    ]  # fmt: skip
    assert await community.rows("SELECT member_id, queue FROM handoff") == [(1, "care")]
    await bound(community, "老李", "admin")
    assert "茶叶受潮了" in str(await community.says("老李", "/待办"))
    stands = str(await community.says("老李", "/活动 nps"))
    assert "推荐者（9～10 分） 1" in stands
    assert "NPS（括号里是 95% 区间） 0 (-" in stands


async def test_a_vote_may_change_and_a_quiz_may_not(community: Whole) -> None:
    await community.act("follow", "小明")
    assert "A. 龙井" in str(await community.says("小明", "投票茶"))
    assert "「普洱」" in str(await community.says("小明", "投票茶 B"))
    assert "「龙井」" in str(await community.says("小明", "投票茶 龙井"))
    assert await community.rows("SELECT choice FROM answer") == [("龙井",)]
    assert await community.rows("SELECT name FROM tag WHERE source = 'poll:taste'") == [("爱绿茶",)]
    assert "龙井：1 票（100%）" in str(await community.says("小明", "投票茶 结果"))
    assert "正确答案" in str(await community.says("小明", "问答茶 福建"))
    assert "已经答过" in str(await community.says("小明", "问答茶 杭州"))
    await community.act("follow", "小红")
    assert "送你 10 积分" in str(await community.says("小红", "问答茶 a"))
    await bound(community, "老李", "admin")
    assert "龙井 1" in str(await community.says("老李", "/活动 taste"))
    assert "10 分" in str(await community.says("小红", "我的积分"))
