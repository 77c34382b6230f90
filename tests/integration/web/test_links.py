"""Short addresses: on to the library, counted, announced, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from bot.domain.content_choice import common_token
from storage.library import Wish, stock
from tests.integration.web.shop import Shop, operator
from tests.whole import whole

BROWSER = {"User-Agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0"}


async def opened(shop: Shop, token: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    """Return the status and where it leads."""
    url = f"{shop.whole.program.url}/l/{token}"
    async with shop.whole.session.request(
        method, url, headers={**BROWSER, **headers}, allow_redirects=False
    ) as answer:
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        return answer.status, answer.headers.get("Location", "")


async def own_token(shop: Shop, who: str = "小明", member_id: int = 1) -> str:
    """Return the token of a link that one member got."""
    await shop.whole.act("follow", who)
    program = shop.whole.program
    library = program.sender._caller.wording.library
    wish = Wish(f"k{member_id}", member_id, "content/digest", tags=("护肤",))
    now = program.clock.now()
    shelf = (await program.database.write(lambda c: stock(c, [wish], library, now)))[wish.key]
    return shelf.items[0][1].rpartition("/")[2]


async def test_a_link_leads_to_the_library_and_the_member_s_first_click_is_an_event(shop: Shop) -> None:
    token = await own_token(shop)
    assert [await opened(shop, token) for _ in range(2)] == [(302, "https://shop.example.com/read/dry")] * 2
    await shop.whole.advance("1s")
    assert await shop.whole.rows("SELECT clicks, name FROM link WHERE clicks > 0") == [(2, "dry_season")]
    assert await shop.events("link.clicked") == [(1, 0)]
    [(properties,)] = await shop.whole.rows("SELECT properties FROM event WHERE kind = 'link.clicked'")
    assert "dry_season" in str(properties)
    assert "小明" not in token


async def test_machines_that_look_ahead_are_led_on_and_not_counted(shop: Shop) -> None:
    token = await own_token(shop)
    assert (await opened(shop, token, "HEAD"))[0] == 302
    assert (await opened(shop, token, **{"User-Agent": "Googlebot/2.1"}))[0] == 302
    assert (await opened(shop, token, **{"Sec-Purpose": "prefetch"}))[0] == 302
    assert await shop.whole.rows("SELECT sum(clicks) FROM link") == [(0,)]


async def test_operators_are_told_what_was_shown_and_opened(shop: Shop) -> None:
    await operator(shop)
    token = await own_token(shop, member_id=2)
    await opened(shop, token)
    told = await shop.whole.says("老李", "/内容") or ""
    assert told.splitlines()[1] == "· dry_season：1 · 1 · 1"
    assert len(told.splitlines()) == 4


async def test_an_unknown_token_is_a_page_and_many_close_the_door(shop: Shop) -> None:
    token = await own_token(shop)
    assert {await opened(shop, f"unknown{number:02}") for number in range(19)} == {(404, "")}
    assert await opened(shop, "%3Cscript%3E") == (404, "")
    assert await opened(shop, token) == (429, "")


async def test_a_link_of_everybody_counts_and_tells_of_nobody(shop: Shop) -> None:
    item = shop.whole.program.config.content[0]
    assert await opened(shop, common_token("", item)) == (302, item.url)
    await shop.whole.advance("1s")
    assert await shop.whole.rows("SELECT clicks, member_id FROM link") == [(1, None)]
    assert await shop.events("link.clicked") == []


async def test_a_click_reaches_the_goal_of_a_rule(tmp_path: Path, sqlite_url: str) -> None:
    rule = (
        "\nrules:\n  reading: {status: live, purpose: service, entry: {event: member.followed},"
        " goal: {event: link.clicked, within: 7d}, steps: [{id: rest, wait: 20d}]}\n"
    )
    async with whole(tmp_path, sqlite_url, {"\nrules:": rule}) as running:
        shop = Shop(running)
        token = await own_token(shop)
        run = "SELECT goal_at IS NOT NULL FROM enrollment WHERE rule = 'reading'"
        assert [bool(row[0]) for row in await running.rows(run)] == [False]
        await opened(shop, token)
        await running.advance("1s")
        assert [bool(row[0]) for row in await running.rows(run)] == [True]


async def test_the_digest_shows_each_member_what_fits_and_never_again(
    tmp_path: Path, sqlite_url: str
) -> None:
    often = {'schedule: {every: 2w, days: [fri], at: "19:30"}': 'schedule: {every: 1d, at: "19:30"}'}
    async with whole(tmp_path, sqlite_url, often) as running:
        await running.act("follow", "小明")
        for words in ("订阅优惠", "开启个性化", "有面膜吗"):
            await running.says("小明", words)
        for _ in range(9):
            await running.says("小明", "在吗")
            await running.advance("1d")
        sent = "SELECT text FROM outbox WHERE template = 'content/digest' AND state = 'sent' ORDER BY id"
        digests = [re.findall(r"· ([^：\n]+)", text) for (text,) in await running.rows(sent)]
        assert len(digests) >= 2
        assert "换季干燥三步补水" in digests[0]
        titles = [title for one in digests for title in one]
        assert len(titles) == len(set(titles))
