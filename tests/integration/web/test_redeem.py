"""The coupon's page: for whoever holds the code, and nothing for whoever does not."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.coupons import Coupon, CouponClaim
from storage import coupons, redemption
from tests.integration.web.shop import Shop


async def page(shop: Shop, code: str) -> tuple[int, str, dict[str, str]]:
    async with shop.whole.session.get(f"{shop.whole.program.url}/r/{code}") as answer:
        return answer.status, await answer.text(), dict(answer.headers)


async def issued(shop: Shop, batch: str = "new10") -> str:
    await shop.whole.act("follow", "小明")
    await shop.send("/v1/identify", {"userId": "phone:13812345678", "traits": {"name": "王小明"}})
    program = shop.whole.program
    now = program.clock.now()
    claim = CouponClaim(batch, batch, 1, "new_customer")
    given = (await program.database.write(lambda c: coupons.issue(c, [claim], now)))[batch]
    assert isinstance(given, Coupon)
    return given.code


async def test_a_good_code_shows_the_coupon_a_picture_and_nobody(shop: Shop) -> None:
    code = await issued(shop)
    status, text, headers = await page(shop, code)
    assert status == 200
    for shown in ("新人10元券", code, "<svg", "2026年12月8日"):
        assert shown in text
    assert "小明" not in text
    assert "138" not in text.replace(code, "")
    assert "<script" not in text
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Referrer-Policy"] == "no-referrer"


async def test_unknown_used_and_expired_codes_get_the_same_bytes(shop: Shop) -> None:
    used, expired = await issued(shop), await issued(shop, "back15")
    program = shop.whole.program
    now = program.clock.now()
    await program.database.write(lambda c: redemption.redeem(c, used, "A1", 1, now))
    await program.database.write(lambda c: redemption.expire(c, now + timedelta(days=30)))
    answers = [await page(shop, code) for code in (used, expired, "ABCDEFGHJKLMN", "%F0%9F%8D%B5", "x" * 200)]
    assert {status for status, _, _ in answers} == {404}
    assert len({text for _, text, _ in answers}) == 1


async def test_markup_in_a_code_stays_text(shop: Shop) -> None:
    _, text, _ = await page(shop, "%3Cscript%3Ealert(1)%3C")
    assert "<script" not in text


async def test_who_guesses_too_often_sees_no_coupon_for_a_while(shop: Shop) -> None:
    code = await issued(shop)
    assert [(await page(shop, f"GUESS{number}"))[0] for number in range(5)] == [404] * 5
    assert (await page(shop, code))[0] == 429
    assert (await page(shop, "GUESS"))[0] == 429
    await shop.whole.advance("11m")
    assert (await page(shop, code))[0] == 200
