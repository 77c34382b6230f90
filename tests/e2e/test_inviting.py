"""Codes of one's own: made, shown, refused; newcomers counted, held, settled, and what they earn."""

from sqlalchemy import text

from bot.domain.events import ORDER_REFUNDED
from tests.e2e.pastimes import ordered
from tests.e2e.shift import bound
from tests.whole import Whole


async def test_a_friend_who_scans_a_member_s_own_code_and_orders_earns_them_a_coupon(
    community: Whole,
) -> None:
    await community.act("follow", "小明")
    assert "马上发给你" in str(await community.says("小明", "邀请"))
    await community.advance("1m")
    ((scene, url),) = await community.rows("SELECT scene, url FROM invitation")
    assert url.startswith("http://weixin.qq.com/q/")
    assert await _posters(community) == 1
    assert "马上发给你" in str(await community.says("小明", "邀请"))
    await community.advance("1m")
    assert await _posters(community) == 2
    assert await community.rows("SELECT attempts FROM invitation") == [(1,)]
    await community.act("follow", "小红", scene=scene)
    assert await community.rows("SELECT member_id, inviter_id, state FROM referral") == [(2, 1, "followed")]
    await ordered(community, "m2", 1, 100)
    await community.advance("8d")
    assert await community.rows("SELECT member_id, batch, state FROM coupon WHERE batch = 'invite8'") == [
        (1, "invite8", "issued"),
    ]  # fmt: skip
    assert await community.rows("SELECT state FROM referral") == [("rewarded",)]
    await ordered(community, "m2", 1, 100, ORDER_REFUNDED)
    assert await community.rows("SELECT state FROM coupon WHERE batch = 'invite8'") == [("revoked",)]
    assert await community.rows("SELECT state FROM referral") == [("clawed_back",)]


async def _posters(community: Whole) -> int:
    rows = await community.rows("SELECT state FROM outbox WHERE template = 'referral/poster'")
    assert set(rows) == {("sent",)}
    return len(rows)


async def test_a_code_that_the_platform_refuses_is_made_later_and_operators_hear_of_it(
    community: Whole,
) -> None:
    await community.act("follow", "小明")
    await community.post("fault", path="/cgi-bin/qrcode/create", kind="errcode", value=48001, count=5)
    await community.says("小明", "邀请")
    for _ in range(12):
        await community.advance("1m")
    ((url, attempts),) = await community.rows("SELECT url, attempts FROM invitation")
    assert (url, attempts) == ("", 5)
    alert = "SELECT severity FROM alert WHERE name = 'invitations:shop' AND cleared_at IS NULL"
    assert await community.rows(alert) == [("warning",)]
    await community.advance("1h")
    await community.advance("1m")
    assert await _posters(community) == 1
    assert await community.rows(alert) == []


async def test_operators_settle_what_is_held_and_it_is_audited(community: Whole) -> None:
    await bound(community, "老李", "admin")
    await community.act("follow", "小明")
    await community.says("小明", "邀请")
    await community.advance("1m")
    ((scene,),) = await community.rows("SELECT scene FROM invitation")
    for number, who in enumerate(("小红", "小刚"), start=3):
        await community.act("follow", who, scene=scene)
        await ordered(community, f"m{number}", number, 100)
    hold = text("UPDATE referral SET state = 'held', flags = 'crowd'")
    await community.program.database.write(lambda c: c.execute(hold))
    listed = str(await community.says("老李", "/待查邀请"))
    assert "m3" in listed
    assert "m4" in listed
    await community.says("老李", "/放行 m3")
    await community.says("老李", "/拒绝 m4")
    assert "没有" in str(await community.says("老李", "/放行 m4"))
    states = await community.rows("SELECT member_id, state FROM referral ORDER BY member_id")
    assert states == [(3, "qualified"), (4, "refused")]
    audited = await community.rows("SELECT action FROM audit WHERE action LIKE 'referral.%' ORDER BY id")
    assert audited == [("referral.release",), ("referral.refuse",)]


async def test_an_order_paid_back_in_time_earns_nothing(community: Whole) -> None:
    await community.act("follow", "小明")
    await community.says("小明", "邀请")
    await community.advance("1m")
    ((scene,),) = await community.rows("SELECT scene FROM invitation")
    await community.act("follow", "小红", scene=scene)
    await ordered(community, "m2", 1, 100)
    await community.advance("2d")
    await ordered(community, "m2", 1, 100, ORDER_REFUNDED)
    await community.advance("8d")
    assert await community.rows("SELECT count(*) FROM coupon WHERE batch = 'invite8'") == [(0,)]
