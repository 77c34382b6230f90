"""绑定 and a one-time code make an operator."""

from __future__ import annotations

from storage import operators
from tests.integration.web.shop import Shop, operator


async def test_a_wrong_code_binds_nobody_and_the_sixth_try_is_not_looked_at(shop: Shop) -> None:
    await shop.whole.act("follow", "小黑")
    program = shop.whole.program
    now = program.clock.now()
    code, _ = await program.database.write(
        lambda c: operators.offer(c, "shop", "admin", now, lambda letters: letters[0])
    )
    for _ in range(5):
        assert "不对" in str(await shop.whole.says("小黑", "绑定 ABCDEFGHJK"))
    assert "太频繁" in str(await shop.whole.says("小黑", f"绑定 {code}"))
    assert await shop.whole.rows("SELECT count(*) FROM operator") == [(0,)]
    await shop.whole.advance("11m")
    assert "不对" in str(await shop.whole.says("小黑", f"绑定 {code}"))  # ten minutes are over


async def test_a_code_serves_once_and_only_its_hash_is_kept(shop: Shop) -> None:
    await operator(shop, "老李")
    (code,) = ["4" * 10]
    await shop.whole.act("follow", "小红")
    assert "不对" in str(await shop.whole.says("小红", f"绑定 {code}"))
    assert await shop.whole.rows("SELECT name, role FROM operator") == [("laoli", "admin")]
    assert code not in str(await shop.whole.rows("SELECT * FROM binding_code"))
    assert await shop.whole.rows("SELECT action FROM audit") == [("operator.bound",)]


async def test_ordinary_words_about_binding_stay_ordinary(shop: Shop) -> None:
    await shop.whole.act("follow", "小红")
    for words in ("绑定手机号", "绑定", "怎么绑定 ABCDEFGHJK"):
        assert "绑定码" not in str(await shop.whole.says("小红", words))
