"""A program that reads an archive is killed again and again: nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
import json
import random
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from bot import sandbox
from bot.sandbox.sides.corp import CorpSide
from storage.database import Database
from tests.faults.lives import nursery
from tests.faults.town import write_config
from tests.whole import ENVIRONMENT

PEOPLE = 20
WORDS = 3000
KILLS = 8
HEARD = "SELECT count(*) FROM event WHERE kind = 'group.message'"
COUNTED = "SELECT coalesce(sum(count), 0) FROM tally WHERE kind = 'group.message'"


def with_archive(path: Path, platform: str) -> None:
    body = json.loads(path.read_text(encoding="utf-8"))
    body["accounts"]["archive"] = {"kind": "wecom_archive", "source": f"{platform}/archive"}
    path.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    path.chmod(0o600)


async def filled(platform: sandbox.Running) -> CorpSide:
    """A corp whose customers agreed and then said a lot; one of them no longer agrees at the end."""
    await platform.world.take_side(
        "wecom_app",
        {"name": "corp", "encoding_aes_key": ENVIRONMENT["SHOP_AES_KEY"], "secret": "s", "token": "t"},
    )
    side = platform.world.sides["corp"]
    assert isinstance(side, CorpSide)
    for number in range(PEOPLE):
        side.archive.consent(f"wm{number:03}", f"p{number}", agree=True)
    for number in range(WORDS):
        side.archive.add(f"wm{number % PEOPLE:03}", "wrA", "text", {"content": f"第 {number} 句"})
    side.archive.consent("wm000", "p0", agree=False)
    for _ in range(5):
        side.archive.add("wm000", "wrA", "text", {"content": "不该留下"})
    return side


def counted(database: Database, statement: str) -> int:
    return int(database.transact(lambda c: c.execute(text(statement)).scalar_one()))


@pytest.mark.timeout(180)
async def test_an_archive_is_read_whole_and_once_through_kills(tmp_path: Path, any_database_url: str) -> None:
    rng = random.Random(KILLS)
    async with sandbox.running(seed=1) as platform:
        await filled(platform)
        with Database.open(any_database_url) as database:
            config = write_config(tmp_path, platform.url, any_database_url, "50/s")
            with_archive(config, platform.url)
            with nursery(config) as lives:
                for _ in range(KILLS):
                    await lives.begin()
                    await lives.ready()
                    await asyncio.sleep(rng.uniform(0, 0.5))
                    lives.kill()
                await lives.begin()
                ends = time.monotonic() + 60
                while counted(database, HEARD) < WORDS:
                    assert time.monotonic() < ends, counted(database, HEARD)
                    await asyncio.sleep(0.2)
                await asyncio.sleep(1.0)
            assert counted(database, HEARD) == counted(database, COUNTED) == WORDS
            kept = "SELECT count(*) FROM event WHERE CAST(properties AS TEXT) LIKE '%不该留下%'"
            assert counted(database, kept) == 0
