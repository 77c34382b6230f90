"""A member's own page as a phone shows it, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

from bot.domain.coupons import Coupon, CouponClaim
from storage import coupons
from tests.whole import Whole, whole

WIDTH = 390


async def _given(town: Whole) -> list[str]:
    """Give the member two coupons and return their codes."""
    now = town.program.clock.now()
    claims = [CouponClaim(batch, batch, 1, "new_customer") for batch in ("new10", "back15")]
    given = await town.program.database.write(lambda c: coupons.issue(c, claims, now))
    return [one.code for one in given.values() if isinstance(one, Coupon)]


async def _drawn(page: Page) -> bool:
    """Return whether the first picture of a code has dark dots, as wide as a finger can show to a scanner."""
    box = await page.locator("figure svg").first.bounding_box()
    return box is not None and box["width"] >= 120 and await page.locator("figure svg path").count() >= 2


@pytest.mark.browser
@pytest.mark.timeout(60)
async def test_the_page_fits_a_phone_shows_codes_and_opens_once(tmp_path: Path, chromium: str) -> None:
    async with whole(tmp_path) as town, async_playwright() as play:
        await town.act("follow", "小明")
        codes = await _given(town)
        told = await town.says("小明", "我的主页") or ""
        path = re.search(r"/me/[A-Za-z0-9_-]+", told)
        assert path is not None, told
        browser = await play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        mine = await browser.new_context(viewport={"width": WIDTH, "height": 844})
        page = await mine.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        await page.goto(f"{town.program.url}{path.group()}")
        assert page.url == f"{town.program.url}/me"
        text = await page.inner_text("main")
        for part in (*codes, "新人10元券", "回归15元券", "满 99 元可用", "每日签到"):
            assert part in text
        assert await _drawn(page)
        assert await page.evaluate("document.documentElement.scrollWidth") <= WIDTH
        assert await page.evaluate("getComputedStyle(document.querySelector('article')).backgroundColor") == (
            "rgb(255, 255, 255)"
        )
        # No script can read the cookie that keeps the page open, and the browser complains about nothing.
        assert await page.evaluate("document.cookie") == ""
        assert said == []
        picture = await page.screenshot(path=tmp_path / "me.png", full_page=True)
        assert len(picture) > 20_000
        await page.reload()
        assert codes[0] in await page.inner_text("main")
        stranger = await (await browser.new_context(viewport={"width": WIDTH, "height": 844})).new_page()
        await stranger.goto(f"{town.program.url}{path.group()}")
        assert "链接已失效" in await stranger.inner_text("main")
        await browser.close()
