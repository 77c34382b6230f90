"""Half an hour in which the platform ails, in virtual time: nothing doubled, nothing lost, few calls."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.app import load, serving
from storage.outbox import results
from tests.faults.town import KEYED, UNKEYED, Town, campaign, town, write_config
from tests.whole import ENVIRONMENT

# Five minutes before the first mass time of the day, so that letters leave into the outage.
START = datetime.fromisoformat("2026-12-01T09:55:00+08:00")
OUTAGE = timedelta(minutes=30)
MEMBERS = 60
MESSAGES = 3 * MEMBERS
SENDS = "/cgi-bin/message"
TOKENS = "/cgi-bin/stable_token"
Trouble = dict[str, Any]
# One after another, so that the shares are of what those before have left over.
AILING: list[Trouble] = [
    {"kind": "reset", "rate": 0.3},
    {"kind": "accept_then_hang", "value": 0.02, "rate": 0.4},
    {"kind": "html", "rate": 0.4},
    {"kind": "errcode", "value": -1, "rate": 0.4},
    {"kind": "errcode", "value": 40001, "rate": 0.1},
]
OUT_OF_QUOTA: list[Trouble] = [
    {"kind": "accept_then_hang", "value": 0.02, "count": 12},
    {"kind": "errcode", "value": 45009},
]


class Outage:
    """A town with a campaign spread over the half hour, and the program following the town's clock."""

    def __init__(self, here: Town, session: aiohttp.ClientSession) -> None:
        self.here = here
        self.session = session
        self.reset_at: datetime | None = None

    async def clock(self, **orders: str) -> None:
        url = f"{self.here.platform.url}/_sandbox/clock"
        async with self.session.post(url, json=orders) as answer:
            assert answer.status == 200, await answer.text()

    async def strike(self, troubles: list[Trouble]) -> None:
        """Live through the half hour and two days after it."""
        faults = self.here.platform.world.faults
        for trouble in troubles:
            faults.add({"path": SENDS, **trouble})
        await self.clock(advance="30m")
        faults.remove(None)
        await self.clock(advance="47h")
        # The sandbox's clock does not wait for ever for a program on a busy machine; let that catch up.
        for _ in range(20):
            if self.here.unfinished() == 0:
                return
            await asyncio.sleep(0.5)
            await self.clock(advance="1m")

    def calls(self, path: str, since: datetime = START, until: datetime = START + OUTAGE) -> int:
        """Return how many calls of an API there were within a time."""
        moments = [
            datetime.fromisoformat(row["at"])
            for row in self.here.platform.world.record.log
            if row["path"].startswith(path)
        ]
        return sum(since <= moment < until for moment in moments)

    def fates(self) -> dict[str, Counter[str]]:
        """Return what the ledger says, by route."""
        rows = self.here.rows()
        return {
            route: Counter(row.state for row in rows if row.via[0] == route) for route in (*KEYED, *UNKEYED)
        }

    def at_night(self) -> list[str]:
        hours = [row["at"][11:16] for row in self.here.platform.world.record.outbox]
        return [hour for hour in hours if hour >= "21:30" or hour < "08:30"]


@asynccontextmanager
async def outage(folder: Path, database_url: str) -> AsyncIterator[Outage]:
    async with town(database_url) as here, aiohttp.ClientSession() as session:
        found = Outage(here, session)
        await found.clock(set=START.isoformat())
        path = write_config(folder, here.platform.url, database_url, keep=frozenset({"quiet_hours"}))
        members = here.people(MEMBERS, START)
        messages = campaign(members, members, START, 1)
        apart = OUTAGE / len(messages)
        here.queue(
            [
                replace(
                    one,
                    # Two letters for all, so that none of them is left with a single reader.
                    template=f"faults/letter{number % 2}" if one.via == ("mass",) else one.template,
                    due_at=START + number * apart,
                    expires_at=START + timedelta(days=3),
                )
                for number, one in enumerate(messages)
            ]
        )
        async with serving(load(path, ENVIRONMENT), clock=here.platform.url, role="worker"):
            yield found


@pytest.mark.timeout(120)
async def test_an_ailing_platform_costs_no_keyed_message_and_doubles_none(
    tmp_path: Path, any_database_url: str
) -> None:
    async with outage(tmp_path, any_database_url) as found:
        await found.strike(AILING)
        fates, calls, fetches = found.fates(), found.calls(SENDS), found.calls(TOKENS)
        arrived = {route: found.here.arrived(route) for route in fates}
        print(f"{fates}; {calls} calls and {fetches} token fetches in the outage of {MESSAGES} messages")
        oddities = found.here.platform.world.record.warnings
        stood = Counter((row.via[0], row.state, row.reason) for row in found.here.rows())
        assert fates["mass"] == {"sent": MEMBERS}, (stood, oddities)
        assert arrived["mass"].total() == MEMBERS
        assert {count for told in arrived.values() for count in told.values()} == {1}
        # A template message's key lives ten minutes: what is in doubt for longer is for an operator.
        for route in ("template_message", *UNKEYED):
            assert fates[route]["unknown"] <= calls
            assert fates[route].total() == fates[route]["sent"] + fates[route]["unknown"]
            assert fates[route]["sent"] <= arrived[route].total() <= fates[route].total()
        assert calls <= 2 * MESSAGES
        assert fetches <= 12
        assert found.here.unfinished() == 0
        assert found.at_night() == []
        assert found.here.platform.world.record.violations == []


@pytest.mark.timeout(120)
async def test_a_spent_daily_quota_silences_the_api_and_doubles_nothing(
    tmp_path: Path, any_database_url: str
) -> None:
    async with outage(tmp_path, any_database_url) as found:
        await found.strike(OUT_OF_QUOTA)
        fates = found.fates()
        print(Counter((row.via[0], row.state, row.reason) for row in found.here.rows()))
        for route, fate in fates.items():
            told = found.here.arrived(route)
            assert fate.total() == MEMBERS == fate["sent"] + fate["unknown"]
            assert set(told.values()) == {1}
            assert fate["sent"] <= told.total()
        midnight = START.replace(hour=0, minute=0) + timedelta(days=1)
        assert found.calls(SENDS, START + OUTAGE, midnight) <= MEMBERS // 10
        assert found.at_night() == []
        assert found.here.platform.world.record.violations == []


@pytest.mark.timeout(120)
async def test_a_repetition_taken_for_a_first_try_would_double(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The sabotage twin: a refused repetition is queued again, and goes out when its key protects no more.
    monkeypatch.setattr(results, "repeated", lambda _departure: False)
    async with outage(tmp_path, sqlite_url) as found:
        await found.strike(OUT_OF_QUOTA)
        assert max(found.here.arrived("template_message").values()) > 1


@pytest.mark.timeout(120)
async def test_a_keeper_without_a_limit_would_fetch_without_end(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The sabotage twin: a platform that refuses every token it gives.
    storm = [{"kind": "errcode", "value": 40001}]
    async with outage(tmp_path, sqlite_url) as found:
        await found.strike(storm)
        print(found.calls(TOKENS), found.calls(SENDS), found.fates())
        assert found.calls(TOKENS) <= 12
