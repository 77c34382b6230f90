"""hetang forecast: what would happen, as a document and as a page; the same seed, the same forecast."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from playwright.async_api import async_playwright
from sqlalchemy import func, select

from bot.app import load
from bot.forecasting import Wish, foretell, foretell_apart
from bot.opening import open_database
from storage.database import Connection
from storage.tables import METADATA
from tests.integration.cli.shell import Shell
from tests.integration.forecast.town import Town, story
from tests.whole import ENVIRONMENT
from tests.whole import START as OPENING

NOW = datetime.fromisoformat(OPENING)
FEW = ("--days", "14", "--replicates", "2", "--no-advice")


def _settled(sh: Shell, seed: int = 28) -> None:
    """Let a small town live until now."""
    config = load(sh.config, ENVIRONMENT)
    with open_database(config) as database:
        Town(config, database).live([one for one in story(seed) if one.at < NOW], NOW)


def _sizes(c: Connection) -> list[int]:
    return [c.execute(select(func.count()).select_from(one)).scalar_one() for one in METADATA.sorted_tables]


def _estimates(document: Any) -> Iterator[dict[str, float]]:  # noqa: ANN401  JSON of any shape
    if isinstance(document, dict):
        if {"mean", "low", "high"} <= document.keys():
            yield document
        for value in document.values():
            yield from _estimates(value)


def _routes(document: Any) -> set[str]:  # noqa: ANN401  JSON of any shape
    sent = (one["sent"] for one in document["programs"].values())
    return {detail.rpartition("/")[2] for details in sent for detail in details}


async def test_it_tells_of_every_rule_day_and_coupon_and_writes_nothing(sh: Shell) -> None:
    _settled(sh)
    before = sh.look(_sizes)
    found = await sh.done("forecast", *FEW)
    assert sh.look(_sizes) == before
    assert (found["members"], found["replicates"], len(found["days"])) == (12, 2, 14)
    assert found["programs"]["rule:first_order_coupon"].keys() >= {
        "entered",
        "sent",
        "held",
        "dropped",
        "unreachable",
    }
    assert found["coupons"]["new10"]["left_now"] == 10_000 - sh.rows("SELECT count(*) FROM coupon")[0][0]
    calendar = {one["day"]: one for one in found["calendar"]}
    assert calendar.keys() == set(found["days"])
    assert calendar["2026-12-12"]["festivals"] == ["双十二"]
    assert (calendar["2026-12-05"]["working"], calendar["2026-12-07"]["working"]) == (False, True)
    assert [day for day, one in calendar.items() if one["campaigns"]] == ["2026-12-04"]
    estimates = list(_estimates(found))
    assert len(estimates) > 20
    assert all(one["low"] <= one["mean"] <= one["high"] for one in estimates)
    again = await sh.done("forecast", *FEW)
    assert {**again, "took_s": 0} == {**found, "took_s": 0}
    other = await sh.done("forecast", *FEW, "--seed", "2")
    assert other["programs"] != found["programs"]


async def test_only_the_rules_asked_for_take_anybody_in(lite: Shell) -> None:
    _settled(lite)
    found = await lite.done("forecast", *FEW, "--rules", "winback,complaint_care")
    entered = {name for name, one in found["programs"].items() if one["entered"]["mean"]}
    assert entered <= {"rule:winback", "rule:complaint_care"}
    wrong = await lite.run("forecast", *FEW, "--rules", "winbak")
    assert (wrong.code, wrong.out) == (1, "")
    assert "winbak" in wrong.err


async def test_nothing_leaves_while_a_brake_is_on_unless_asked_what_if(lite: Shell) -> None:
    _settled(lite)
    await lite.done("pause")
    stopped = await lite.done("forecast", *FEW)
    resumed = await lite.done("forecast", *FEW, "--resumed")
    assert (stopped["stopped"], resumed["stopped"]) == ("paused", None)
    assert _routes(stopped) <= {"reply"}  # a question is answered all the same
    assert _routes(resumed) > {"reply"}
    held = [one["held"] for one in stopped["programs"].values() if one["held"]]
    assert held
    assert all(reasons.keys() == {"paused"} for reasons in held)
    assert "hetang forecast --resumed" in (await lite.run("forecast", *FEW)).out


async def test_a_shop_without_members_is_told_so(lite: Shell) -> None:
    found = await lite.done("forecast", *FEW)
    assert (found["members"], found["advice"]) == (0, [])
    assert "0 位会员" in (await lite.run("forecast", *FEW)).out


async def test_the_page_is_one_file_and_draws_its_pictures(lite: Shell) -> None:
    _settled(lite)
    page = lite.folder / "forecast.html"
    ran = await lite.run("forecast", "--days", "10", "--replicates", "2", "--html", str(page))
    assert ran.code == 0, ran.err
    assert "未来 10 天" in ran.out
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        tab = await browser.new_page()
        await tab.goto(page.as_uri())
        await tab.wait_for_selector('[data-drawn="yes"]')
        drawn = await tab.locator('[data-drawn="yes"]').count()
        said = await tab.inner_text("body")
        await browser.close()
    assert drawn >= 5
    assert "每天发出多少" in said
    english = await lite.run("forecast", *FEW, HETANG_LANG="en")
    assert "The next 14 days" in english.out
    nowhere = await lite.run("forecast", *FEW, "--html", str(lite.folder / "no" / "page.html"))
    assert nowhere.code == 1
    assert "page.html" in nowhere.err


async def test_a_process_of_its_own_tells_the_same(lite: Shell) -> None:
    _settled(lite)
    config = load(lite.config, ENVIRONMENT)
    with open_database(config) as database:
        here = database.transact(lambda c: foretell(c, config, Wish(7), NOW))
    apart = foretell_apart(config, NOW, 7, frozenset())
    assert apart.forecast == here.forecast
    assert apart.advice == here.advice


async def test_some_members_may_stand_for_all(lite: Shell) -> None:
    _settled(lite)
    config = load(lite.config, ENVIRONMENT)
    with open_database(config) as database:
        wish = Wish(14, replicates=8, advice=False, most=6)
        half = database.transact(lambda c: foretell(c, config, wish, NOW))
        whole = database.transact(lambda c: foretell(c, config, replace(wish, most=100), NOW))
    assert (half.played, half.forecast.members) == (6, 12)
    assert (whole.played, whole.forecast.members) == (12, 12)
    assert half.batches == whole.batches
    assert sum(half.standing.values()) == 12
    sent = [
        sum(one.mean for (what, *_), one in each.forecast.series.items() if what == "sent")
        for each in (half, whole)
    ]
    assert 0.3 < sent[0] / sent[1] < 3
