"""`python -m bot run` by the real clock: a door that opens is used within a second."""

from __future__ import annotations

import asyncio
import re
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import delete

from bot.domain.outbox import OutboxMessage, Unreachable
from storage import outbox
from storage.database import Connection
from storage.tables import table
from storage.tables.delivery import AllowanceRow
from tests.integration.cli.shell import Shell, shell
from tests.whole import AES_KEY, APP_ID, ENVIRONMENT

pytestmark = pytest.mark.timeout(180)
NIGHT = 'quiet_hours: {from: "21:30", until: "08:30", action: defer}'


def far_night() -> str:
    """Quiet hours twelve hours from now, so that the test runs at any hour."""
    start = datetime.now(UTC) + timedelta(hours=8 + 12)
    return f'quiet_hours: {{from: "{start:%H}:00", until: "{start:%H}:01", action: defer}}'


async def serve(sh: Shell) -> asyncio.subprocess.Process:
    """Start the program by the real clock and make it known to the sandbox.

    The platform knows the account before the program first calls, or the program takes its app id for a
    wrong one and leaves the account alone for a while; the address can be verified only once it listens.
    """
    port = re.search(r"port: (\d+)", sh.config.read_text(encoding="utf-8"))
    assert port is not None
    url = f"http://127.0.0.1:{port[1]}"
    await register(sh)
    service = await sh.start("run", HETANG_CLOCK="")
    async with asyncio.timeout(60):
        while not await answers(sh, url):  # noqa: ASYNC110  another process' doing
            await asyncio.sleep(0.1)
    await register(sh, f"{url}/callback/shop")
    return service


async def register(sh: Shell, callback_url: str = "") -> None:
    await sh.order(
        "account", name="shop", kind="official_account", callback_url=callback_url, app_id=APP_ID,
        secret=ENVIRONMENT["SHOP_APP_SECRET"], token=ENVIRONMENT["SHOP_TOKEN"], encoding_aes_key=AES_KEY,
    )  # fmt: skip


async def answers(sh: Shell, url: str) -> bool:
    try:
        async with sh.session.get(f"{url}/healthz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def act(sh: Shell, what: str, **fields: object) -> Any:  # noqa: ANN401  JSON of any shape
    return await sh.order(what, account="shop", **{"from": "小明"}, **fields)


async def thanks(sh: Shell) -> list[Any]:
    return [row for row in await sh.ask("outbox") if "谢谢你一直以来的信任" in str(row["text"])]


def shut_out(c: Connection) -> None:
    """Close the member's doors and queue a message that waits for one, as another process would."""
    c.execute(delete(table(AllowanceRow)))
    now = datetime.now(UTC)
    later = now + timedelta(days=1)
    outbox.enqueue(
        c,
        [
            OutboxMessage(
                "thanks/1", 1, "vip/thanks", "service", ("customer_service",), now, now, later,
                unreachable=Unreachable.WAIT,
            )
        ],
    )  # fmt: skip


async def test_a_word_that_opens_a_window_brings_what_waits_within_a_second(
    tmp_path: Path, sqlite_url: str
) -> None:
    async with shell(tmp_path, sqlite_url, {NIGHT: far_night()}) as sh:
        await sh.order("reset")  # back to the machine's own time
        service = await serve(sh)
        try:
            await act(sh, "follow")
            sh.look(shut_out)
            await sh.seen("SELECT state FROM outbox WHERE key = 'thanks/1'", "waiting")
            assert await thanks(sh) == []
            await act(sh, "say", text="在吗")
            said = time.monotonic()
            async with asyncio.timeout(10):
                while not await thanks(sh):  # noqa: ASYNC110  another process' doing
                    await asyncio.sleep(0.02)
            took = time.monotonic() - said
            await sh.seen("SELECT state FROM outbox WHERE key = 'thanks/1'", "sent")
        finally:
            service.send_signal(signal.SIGTERM)
            async with asyncio.timeout(30):
                _, err = await service.communicate()
        assert service.returncode == 0, err.decode()
        assert len(await thanks(sh)) == 1
        assert await sh.ask("violations") == []
        assert took < 1.0, f"{took:.2f} s"
