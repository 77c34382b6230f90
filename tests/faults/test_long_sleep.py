"""The program wakes in another time than it went to sleep in: after days, or before its own past."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.app import load, serving
from bot.channels._official.tokens import TokenKeeper
from bot.domain.account import Token
from storage.database import Database
from storage.tokens import SqlTokens
from tests.fakes import ManualClock
from tests.faults.town import message, town, write_config
from tests.whole import ENVIRONMENT

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime.fromisoformat("2026-12-01T10:00:00+08:00")


async def test_a_token_kept_before_the_clock_was_set_back_is_not_trusted(any_database_url: str) -> None:
    clock = ManualClock(START)
    fetched = []

    async def fetch() -> dict[str, object]:
        fetched.append(clock.now())
        return {"access_token": f"token-{len(fetched)}", "expires_in": 7200}

    with Database.open(any_database_url) as database:
        store = SqlTokens(database, b"a key of sixteen bytes")
        await store.save("shop", Token("old", clock.now(), clock.now() + timedelta(hours=2)))
        assert await TokenKeeper("shop", store, clock, fetch).current() == "old"
        clock.advance(-DAY)
        assert await TokenKeeper("shop", store, clock, fetch).current() == "token-1"
        clock.advance(2 * HOUR)
        assert await TokenKeeper("shop", store, clock, fetch).current() == "token-2"


@pytest.mark.timeout(60)
async def test_after_three_days_asleep_what_expired_is_marked_and_what_is_wanted_leaves_once(
    tmp_path: Path, any_database_url: str
) -> None:
    async with town(any_database_url) as here, aiohttp.ClientSession() as session:

        async def clock(moment: datetime) -> None:
            url = f"{here.platform.url}/_sandbox/clock"
            async with session.post(url, json={"set": moment.isoformat()}) as answer:
                assert answer.status == 200

        await clock(START)
        config = load(write_config(tmp_path, here.platform.url, any_database_url), ENVIRONMENT)
        members = here.people(40, START)
        async with serving(config, clock=here.platform.url, role="worker"):
            pass  # it has lived once, and stops before anything is due
        wanted = [message("template_message", one, START, lasts=7 * DAY) for one in members]
        stale = [message("customer_service", one, START, lasts=DAY) for one in members]
        here.queue([replace(one, due_at=START + HOUR) for one in (*wanted, *stale)])
        await clock(START + 3 * DAY)
        async with serving(config, clock=here.platform.url, role="worker"):
            await clock(START + 3 * DAY + HOUR)
        fates = Counter((row.via[0], row.state) for row in here.rows())
        assert fates == {("template_message", "sent"): 40, ("customer_service", "expired"): 40}
        assert set(here.arrived("template_message").values()) == {1}
        assert here.arrived("customer_service").total() == 0
