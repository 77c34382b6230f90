"""What members ask about themselves, in the whole program, and their own page."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.domain.coupons import Coupon, CouponClaim
from storage import coupons
from tests.integration.web.shop import Shop
from tests.whole import whole

ACTIVITIES = {
    "make_up: {cost: 10, within: 7d}}": "make_up: {cost: 10, within: 7d}, terms: answers/hours}",
    'opens: "2026-12-01"': 'opens: "2027-01-01"',
}
BROWSER = {"User-Agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0"}


@pytest.fixture
async def town(tmp_path: Path, any_database_url: str) -> AsyncIterator[Shop]:
    async with whole(tmp_path, any_database_url, ACTIVITIES) as running:
        await running.act("follow", "小明")
        yield Shop(running)


async def link(town: Shop, who: str = "小明") -> str:
    """Return the path that a member is given for their own page."""
    told = await town.whole.says(who, "我的主页")
    assert told is not None
    found = re.search(r"/me/[A-Za-z0-9_-]+", told)
    assert found is not None, told
    return found.group()


async def coupon(town: Shop) -> str:
    program = town.whole.program
    now = program.clock.now()
    claim = CouponClaim("k", "new10", 1, "new_customer")
    given = (await program.database.write(lambda c: coupons.issue(c, [claim], now)))["k"]
    assert isinstance(given, Coupon)
    return given.code


class Phone:
    """A browser with its own cookies."""

    def __init__(self, town: Shop) -> None:
        self._town = town
        self.jar = aiohttp.CookieJar(unsafe=True)

    async def opens(self, path: str, method: str = "GET") -> tuple[int, str]:
        url = f"{self._town.whole.program.url}{path}"
        async with (
            aiohttp.ClientSession(cookie_jar=self.jar, headers=BROWSER) as session,
            session.request(method, url) as answer,
        ):
            return answer.status, await answer.text()


async def test_what_is_on_is_listed_with_its_words_and_its_terms(town: Shop) -> None:
    told = await town.whole.says("小明", "活动")
    assert told is not None
    assert "每日签到：回复「签到 / 打卡」" in told
    assert "抽奖" not in told
    assert await town.whole.says("小明", "活动 签到") == await town.whole.says("小明", "营业时间")


async def test_what_is_held_is_told_in_words(town: Shop) -> None:
    await town.whole.says("小明", "有面膜吗")
    await town.whole.says("小明", "订阅优惠")
    await coupon(town)
    told = await town.whole.says("小明", "我的数据")
    assert told is not None
    for part in ("编号 m1", "说过 3 句话", "优惠券 1 张", "标签：护肤", "收优惠消息：同意"):
        assert part in told
    clicked = await town.whole.act("click", "小明", key="my_data")
    assert "说过 3 句话" in clicked["reply"]["Content"]


async def test_who_confirms_is_forgotten_and_who_is_late_is_not(town: Shop) -> None:
    assert "10 分钟内" in (await town.whole.says("小明", "删除我的数据") or "")
    await town.whole.advance("11m")
    assert "什么都没有删" in (await town.whole.says("小明", "确认删除") or "")
    assert await town.whole.rows("SELECT count(*) FROM identity") == [(1,)]
    await town.whole.says("小明", "删除我的数据")
    await town.whole.advance("9m")
    assert "已经全部删除" in (await town.whole.says("小明", "确认删除") or "")
    assert await town.whole.rows("SELECT count(*) FROM identity") == [(0,)]
    assert await town.whole.rows("SELECT count(*) FROM tag") == [(0,)]
    # Whoever comes back is somebody new.
    assert "编号 m2" in (await town.whole.says("小明", "我的数据") or "")


async def test_marketing_is_stopped_and_taken_up_again_by_words_everybody_knows(town: Shop) -> None:
    granted = "SELECT granted FROM consent WHERE purpose = 'marketing'"
    await town.whole.says("小明", "恢复订阅")
    assert [bool(row[0]) for row in await town.whole.rows(granted)] == [True]
    await town.whole.advance("1s")
    await town.whole.says("小明", "退订")
    assert [bool(row[0]) for row in await town.whole.rows(granted)] == [False]
    await town.whole.advance("1s")
    await town.whole.says("小明", "恢复订阅")
    assert [bool(row[0]) for row in await town.whole.rows(granted)] == [True]


async def test_the_link_opens_the_page_once_and_only_for_who_opened_it(town: Shop) -> None:
    await town.send("/v1/identify", {"userId": "phone:13812345678", "traits": {"name": "王小明"}})
    code = await coupon(town)
    path = await link(town)
    first, second = Phone(town), Phone(town)
    status, text = await first.opens(path)
    assert status == 200
    for part in ("新人10元券", code, "<svg", "每日签到", "积分"):
        assert part in text
    assert "138" not in text.replace(code, "")
    assert "小明" not in text
    expired = await second.opens(path)
    assert expired[0] == 404
    assert "链接已失效" in expired[1]
    assert await second.opens("/me") == expired
    assert await second.opens("/me/" + "x" * 32) == expired
    assert (await first.opens("/me"))[0] == 200
    await town.whole.advance("15m")
    assert (await first.opens("/me"))[0] == 404


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(town: Shop) -> None:
    url = f"{town.whole.program.url}{await link(town)}"
    async with town.whole.session.get(url, headers=BROWSER, allow_redirects=False) as answer:
        cookie = answer.headers["Set-Cookie"]
        assert answer.status == 303
        assert answer.headers["Location"] == "/me"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    for part in ("HttpOnly", "SameSite=Strict", "Path=/me", "Max-Age=900"):
        assert part in cookie
    kept = repr(await town.whole.rows("SELECT * FROM pass"))
    assert re.search(r"hetang_me=([^;]+)", cookie).group(1) not in kept  # type: ignore[union-attr]  # it is there


async def test_a_link_too_old_opens_nothing_and_a_machine_s_look_does_not_use_it_up(town: Shop) -> None:
    path = await link(town)
    phone = Phone(town)
    assert (await phone.opens(path, "HEAD"))[0] == 200
    async with town.whole.session.get(f"{town.whole.program.url}{path}") as looked:  # a program by its name
        assert "Set-Cookie" not in looked.headers
    assert (await phone.opens(path))[0] == 200
    late = await link(town)
    await town.whole.advance("10m")
    assert (await Phone(town).opens(late))[0] == 404


async def test_who_guesses_too_often_sees_no_page_for_a_while(town: Shop) -> None:
    path = await link(town)
    phone = Phone(town)
    assert [(await phone.opens(f"/me/{number:032}"))[0] for number in range(20)] == [404] * 20
    assert (await phone.opens(path))[0] == 429
