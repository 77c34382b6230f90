"""Questions that take long are asked apart: one at a time, while everybody else reads on."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from bot.asking import Asking
from bot.domain.events import MESSAGE, InboundEvent
from bot.turns import Heard, Later
from storage.database import READERS, Database
from tests.fakes import ManualClock
from tests.integration.storage.conftest import ring

NOW = datetime(2026, 12, 1, 2, tzinfo=UTC)


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    with Database.open(sqlite_url, ring()) as opened:
        yield opened


async def test_what_takes_long_keeps_no_reader_and_never_runs_twice_at_once(database: Database) -> None:
    go, running, most = threading.Event(), 0, 0
    told: list[bytes | Exception] = []

    def slowly() -> str:
        nonlocal running, most
        running += 1
        most = max(most, running)
        assert go.wait(60)
        running -= 1
        return "said"

    asking = Asking(database, ManualClock(NOW), lambda: None)
    later = Later(lambda _c: "", "", "", lambda _text, _at: None, apart=slowly)
    for number in range(READERS + 2):
        event = InboundEvent(f"k{number}", "shop", MESSAGE, NOW, "shop:oA")
        asking.ask(Heard(event, None, None), later, told.append)
    async with asyncio.timeout(20):
        for _ in range(READERS + 2):
            assert await database.read(lambda c: c.execute(text("SELECT 1")).scalar()) == 1
    assert (running, told) == (1, [])
    go.set()
    await asking.settled()
    assert (most, len(told), running) == (1, READERS + 2, 0)
