"""A campaign whose sender is killed again and again: nothing doubled, nothing lost without a word."""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.outbox import FINAL
from bot.sandbox.api import mass
from bot.sender.pipeline import CONCURRENCY
from tests.faults.lives import nursery
from tests.faults.town import KEYED, UNKEYED, Town, campaign, message, town, wall_now, write_config
from tests.whole import ENVIRONMENT, ROOT


@dataclass(frozen=True)
class Size:
    """How many members get a hello and a notice, how many a letter; how often and how soon we kill.

    `rest_s` is how long what the kills left may take at most: the rest of the calls, and for letters the
    platform's minute before a key may be used again.
    """

    members: int
    letters: int
    kills: int
    rate: int
    life_s: float
    rest_s: float = 120.0

    @property
    def messages(self) -> int:
        return 2 * self.members + self.letters


# At so many calls a second the calls alone outlast the kills, so that every kill meets work under way.
USUAL = Size(members=1500, letters=2000, kills=50, rate=120, life_s=0.4)
LONG = Size(members=6000, letters=8000, kills=300, rate=120, life_s=0.3, rest_s=600.0)


async def be_killed(here: Town, config: Path, size: Size) -> int:
    """Run the campaign with so many kills at seeded moments; return how many hit a campaign under way."""
    rng = random.Random(size.kills)
    hits = 0
    with nursery(config) as lives:
        for _ in range(size.kills):
            hits += here.unfinished() > 0
            await lives.begin()
            if rng.random() < 0.2:
                await asyncio.sleep(rng.uniform(0, 0.4))  # while it starts
            else:
                await lives.ready()
                await asyncio.sleep(rng.uniform(0, 2 * size.life_s))
            lives.kill()
        await lives.begin()
        ends = time.monotonic() + size.rest_s
        while here.unfinished():
            assert time.monotonic() < ends, here.states()
            await asyncio.sleep(0.3)
            give_company(here)
    return hits


def give_company(here: Town) -> None:
    """A letter that a kill left with one reader waits for another: the platform takes no list of one."""
    left = [row for row in here.rows() if row.state not in FINAL]
    if not left or any(row.reason != "alone" for row in left):
        return
    now = wall_now()
    letters = {row.template for row in left}
    for newcomer, letter in zip(here.people(len(letters), now), letters, strict=True):
        one = message("mass", newcomer, now)
        here.queue([replace(one, key=f"{one.key}:{letter}", template=letter)])


def listed_unknown(config: Path) -> set[int]:
    """The rows that the command line lists for an operator."""
    command = [sys.executable, "-m", "bot", "outbox", "list", "--state", "unknown", "--most", "100000"]
    done = subprocess.run(
        [*command, "--json", "--config", str(config)],
        capture_output=True, check=True, cwd=ROOT, env={**os.environ, **ENVIRONMENT}, timeout=60,
    )  # fmt: skip
    return {row["id"] for row in json.loads(done.stdout)}


def judge(here: Town, size: Size, config: Path) -> None:
    """Compare the ledger with what reached the members."""
    rows = here.rows()
    states = Counter((row.via[0], row.state) for row in rows)
    arrived = {route: here.arrived(route) for route in (*KEYED, *UNKEYED)}
    told = {route: found.total() for route, found in arrived.items()}
    print(f"{size.kills} kills in {len(rows)} sends: the ledger says {dict(states)}, members got {told}")
    assert len(rows) >= size.messages
    for route in KEYED:
        expected = sum(row.via[0] == route for row in rows)
        assert states[route, "sent"] == expected, "a keyed message was lost"
        assert len(arrived[route]) == told[route] == expected, "a keyed message was doubled or lost"
    for route in UNKEYED:
        sent, unknown = states[route, "sent"], states[route, "unknown"]
        assert sent + unknown == sum(row.via[0] == route for row in rows)
        assert max(arrived[route].values()) == 1, "a message without a key was doubled"
        assert sent <= told[route] <= sent + unknown, "a message was lost without a word"
        assert 0 < unknown <= size.kills * CONCURRENCY
    # Names in the ledger and at the platform agree message by message, not only in number.
    surely = {row.member_id for row in rows if row.via[0] in UNKEYED and row.state == "sent"}
    numbers = {int(one.split()[2]) for one in arrived["customer_service"]}
    assert surely <= numbers
    assert listed_unknown(config) == {row.id for row in rows if row.state == "unknown"}
    assert here.platform.world.record.violations == []


async def assert_survives(folder: Path, database_url: str, size: Size) -> None:
    async with town(database_url) as here:
        config = write_config(folder, here.platform.url, database_url, f"{size.rate}/s")
        now = wall_now()
        members = here.people(max(size.members, size.letters), now)
        here.queue(campaign(members[: size.members], members[: size.letters], now, size.kills))
        hits = await be_killed(here, config, size)
        judge(here, size, config)
        assert hits == size.kills


@pytest.mark.timeout(300)
async def test_fifty_kills_in_five_thousand_sends_double_and_lose_nothing(
    tmp_path: Path, any_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The platform's pause of a minute before a mass key may be repeated is waited out only in `make soak`.
    monkeypatch.setattr(mass, "_KEY_PAUSE", timedelta(0))
    await assert_survives(tmp_path, any_database_url, USUAL)


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_three_hundred_kills_in_twenty_thousand_sends_double_and_lose_nothing(
    tmp_path: Path, any_database_url: str
) -> None:
    await assert_survives(tmp_path, any_database_url, LONG)


ANSWERS_LATE = {
    "customer_service": "/cgi-bin/message/custom",
    "template_message": "/cgi-bin/message/template",
}


async def be_killed_in_doubt(here: Town, config: Path, way: str) -> None:
    """Kill a sender that waits for answers to calls, one of each route, which the platform carried out."""
    faults = here.platform.world.faults
    for path in ANSWERS_LATE.values():
        faults.add({"path": path, "kind": "accept_then_hang", "count": 1})
    with nursery(config, way) as lives:
        await lives.begin()
        await until(lambda: not any(fault["left"] for fault in faults.shown()))
        await asyncio.sleep(0.2)
        lives.kill()
        await lives.begin()
        await until(lambda: not here.unfinished())


async def until(there: Callable[[], bool]) -> None:
    """Wait until something holds, a minute at most."""
    ends = time.monotonic() + 60
    while not there():
        assert time.monotonic() < ends
        await asyncio.sleep(0.05)


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("way", "doubled"), [("honest", False), ("forget_doubts", True)])
async def test_only_a_sender_that_tries_again_whatever_it_did_not_record_doubles(
    tmp_path: Path, sqlite_url: str, way: str, doubled: bool
) -> None:
    # The sabotage twin: a sender without a ledger of doubts and without stable keys, killed where it hurts.
    async with town(sqlite_url) as here:
        config = write_config(tmp_path, here.platform.url, sqlite_url, "120/s")
        now = wall_now()
        here.queue(campaign(here.people(20, now), [], now, 1))
        await be_killed_in_doubt(here, config, way)
        assert told_twice(here) == doubled


def told_twice(here: Town) -> bool:
    """Whether members got more messages than the ledger has, by a route with a key and by one without."""
    rows = Counter(row.via[0] for row in here.rows())
    return all(here.arrived(route).total() > rows[route] for route in ANSWERS_LATE)
