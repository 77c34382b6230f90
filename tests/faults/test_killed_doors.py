"""The door is killed while members speak: what was acknowledged is stored, and nothing happens twice."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import text

from storage.database import Database
from tests.faults.lives import nursery
from tests.faults.speakers import Speakers, openid
from tests.faults.town import write_config
from tools.with_postgres import free_port

KILLS = 10
MEMBERS = 12


async def speak_to_the_dying(folder: Path, database_url: str, way: str) -> Speakers:
    """Let members speak while the server is killed ten times; return what they know."""
    rng = random.Random(KILLS)
    port = free_port()
    config = write_config(folder, "http://127.0.0.1:1", database_url, port=port)
    async with aiohttp.ClientSession() as session:
        speakers = Speakers(f"http://127.0.0.1:{port}", session)
        quiet = asyncio.Event()
        talks = [asyncio.create_task(speakers.chatter(one, quiet)) for one in range(1, MEMBERS + 1)]
        with nursery(config, way) as lives:
            for _ in range(KILLS):
                await lives.begin("serve")
                await lives.ready("serving")
                await asyncio.sleep(rng.uniform(0.2, 1.0))
                lives.kill()
            await lives.begin("serve")
            await lives.ready("serving")
            quiet.set()
            await asyncio.gather(*talks)
            if way == "honest":
                await hear_again(speakers)
            else:
                await asyncio.sleep(0.5)  # what waits in memory is stored, if anybody lives to do it
    return speakers


async def hear_again(speakers: Speakers) -> None:
    """Deliver what was acknowledged once more: the answers are the same to the byte."""
    for message, answer in list(speakers.acknowledged.items())[::3]:
        assert answer.startswith(b"<xml>")
        assert await speakers.post(speakers.spoken[message]) == (200, answer)


def per_member(messages: Iterable[int]) -> Counter[str]:
    return Counter(f"shop:{openid(one // 1_000_000)}" for one in messages)


def stored(database_url: str) -> tuple[Counter[str], Counter[str]]:
    """How many messages of each member are among the events, and how many the tallies count."""
    with Database.open(database_url) as database, database.engine.connect() as c:
        known = "JOIN identity i ON i.member_id = x.member_id"
        events = c.execute(
            text(
                f"SELECT i.known_as, count(*) FROM event x {known} WHERE x.kind = 'member.message'"
                " GROUP BY i.known_as"
            )
        )
        by_event = Counter({row[0]: row[1] for row in events})
        tallies = c.execute(
            text(f"SELECT i.known_as, x.count FROM tally x {known} WHERE x.kind = 'member.message'")
        )
        by_tally = Counter({row[0]: row[1] for row in tallies})
        keys = [row[0] for row in c.execute(text("SELECT key FROM event WHERE kind = 'member.message'"))]
        assert len(keys) == len(set(keys)), "an event was stored twice"
        return by_event, by_tally


@pytest.mark.timeout(120)
async def test_what_was_acknowledged_is_stored_once_however_often_the_server_is_killed(
    tmp_path: Path, any_database_url: str
) -> None:
    speakers = await speak_to_the_dying(tmp_path, any_database_url, "honest")
    events, tallies = stored(any_database_url)
    retried = len(speakers.statuses) - len(speakers.spoken) - len(speakers.acknowledged)
    print(
        f"{KILLS} kills: {len(speakers.spoken)} messages, {len(speakers.acknowledged)} acknowledged,"
        f" {retried} repeated, {sum(events.values())} stored"
    )
    assert len(speakers.acknowledged) > 10 * KILLS
    assert per_member(speakers.acknowledged) <= events <= per_member(speakers.spoken)
    assert events == tallies


@pytest.mark.timeout(120)
async def test_a_door_that_acknowledges_before_it_stores_loses_messages(
    tmp_path: Path, sqlite_url: str
) -> None:
    # The sabotage twin: an early answer and a queue in memory.
    speakers = await speak_to_the_dying(tmp_path, sqlite_url, "answer_early")
    events, _ = stored(sqlite_url)
    assert sum(events.values()) < len(speakers.acknowledged)
