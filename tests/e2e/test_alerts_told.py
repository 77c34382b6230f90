"""What operators must know of coupons reaches each of them in chat, once, until it is over."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.coupons import CouponClaim
from storage import coupons
from tests.e2e.shift import bound
from tests.whole import Whole, whole

TERMS = "stock: 10000, valid: 7d, per_member: 1, low_stock: 200, budget: 100000"
BUDGET = "stock: 100, valid: 7d, per_member: 1, budget: 100"
STOCK = "stock: 10, valid: 7d, per_member: 1, low_stock: 4"


@pytest.fixture
async def community(
    tmp_path: Path, any_database_url: str, request: pytest.FixtureRequest
) -> AsyncIterator[Whole]:
    async with whole(tmp_path, any_database_url, {TERMS: request.param}) as running:
        for name in ("老李", "老王"):
            await bound(running, name, "admin")
        yield running
        assert await running.listing("violations") == []


async def watched(community: Whole, minutes: int = 3) -> None:
    """Let the watch look some times: once a minute, and no sooner than a real moment after the last."""
    for _ in range(minutes):
        await asyncio.sleep(0.1)
        await community.advance("61s")


async def take(community: Whole, count: int) -> None:
    now = community.program.clock.now()
    claims = [CouponClaim(f"k{number}", "new10", 1000 + number) for number in range(count)]
    await community.program.database.write(lambda c: coupons.reserve(c, claims, now))
    await watched(community)


async def give_back(community: Whole, count: int) -> None:
    now = community.program.clock.now()
    keys = [f"k{number}" for number in range(count)]
    await community.program.database.write(lambda c: coupons.give_back(c, keys, now))
    await watched(community)


async def heard(community: Whole, family: str) -> list[str]:
    """What the operators' phones really got of an alert."""
    rows = await community.rows(
        "SELECT text FROM outbox WHERE template = 'alerts/raised' AND step LIKE :step AND state = 'sent'",
        step=f"{family}%",
    )
    pushed = [str(row) for row in await community.listing("outbox")]
    for (text,) in rows:
        assert any(text.splitlines()[-1] in one for one in pushed)
    return [str(text) for (text,) in rows]


async def open_alerts(community: Whole, family: str) -> int:
    rows = await community.rows(
        "SELECT count(*) FROM alert WHERE name LIKE :name AND cleared_at IS NULL", name=f"{family}%"
    )
    return int(rows[0][0])


@pytest.mark.parametrize("community", [BUDGET], indirect=True)
async def test_a_budget_nearly_spent_is_told_to_each_operator_once_and_ends(community: Whole) -> None:
    await take(community, 7)
    assert await heard(community, "budget") == []
    await take(community, 9)
    told = await heard(community, "budget")
    assert len(told) == 2
    assert "new10 的预算已用 90%" in told[0]
    await watched(community, 5)
    assert len(await heard(community, "budget")) == 2
    await give_back(community, 9)
    assert await open_alerts(community, "budget") == 0


@pytest.mark.parametrize("community", [STOCK], indirect=True)
async def test_a_stock_nearly_gone_is_told_to_each_operator_once_and_ends(community: Whole) -> None:
    await take(community, 6)
    assert await heard(community, "coupons") == []
    await take(community, 7)
    told = await heard(community, "coupons")
    assert len(told) == 2
    assert "new10 快发完了，还剩 3 张" in told[0]
    await watched(community, 5)
    assert len(await heard(community, "coupons")) == 2
    await give_back(community, 7)
    assert await open_alerts(community, "coupons") == 0


@pytest.mark.parametrize("community", [TERMS], indirect=True)
async def test_who_guesses_codes_is_told_of_once_and_forgotten_after_a_quiet_day(community: Whole) -> None:
    for number in range(4):
        await community.session.get(f"{community.program.url}/r/GUESS{number}")
    await watched(community)
    assert await heard(community, "guessing") == []
    await community.session.get(f"{community.program.url}/r/GUESS4")
    await watched(community)
    told = await heard(community, "guessing")
    assert len(told) == 2
    assert "券码" in told[0]
    await community.advance("1h")
    assert (len(await heard(community, "guessing")), await open_alerts(community, "guessing")) == (2, 1)
    await community.advance("1d")
    await watched(community)
    assert await open_alerts(community, "guessing") == 0
