"""Whoever follows a clock ends when told to, whatever they are at."""

import asyncio
from datetime import datetime

import aiohttp
import pytest

from bot.following import _settled


@pytest.mark.parametrize("turns", range(8))
async def test_an_end_that_comes_while_falling_silent_is_heard(turns: int) -> None:
    """So many turns of the loop after everything was done, at each of which something else is half done."""
    loop = asyncio.get_running_loop()
    asked: asyncio.Future[bool] = loop.create_future()

    def end(left: int) -> None:
        if left:
            loop.call_soon(end, left - 1)
        else:
            asked.set_result(task.cancel())

    async def settle() -> datetime | None:
        await asyncio.sleep(0)
        loop.call_soon(end, turns)
        return None

    async with aiohttp.ClientSession() as session:
        task = asyncio.create_task(_settled(session, "http://127.0.0.1:9/", "x", settle))
        await asyncio.wait({task}, timeout=5)
    assert task.done()
    assert task.cancelled() is await asked
