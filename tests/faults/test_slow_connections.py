"""Four hundred connections that take their time: all are cut, and the honest are served meanwhile."""

from __future__ import annotations

import asyncio
import time
from urllib.parse import urlencode, urlsplit

import aiohttp
import pytest
from aiohttp import web

from bot.web.guard import ConnectionGuard
from tests.fakes import ManualClock
from tests.integration.channels.rig import Desk, channel_at, open_door
from tests.payloads.correspondent import Correspondent, text_xml

COUNT = 400
CUT_WITHIN_S = 15.0


def kinds() -> list[list[bytes]]:
    """Nothing at all; headers that never end; a body that never ends, a byte every second."""
    request = Correspondent().post(text_xml())
    query = urlencode([(name, value) for name, values in request.query.items() for value in values])
    head = f"POST /callback/shop?{query} HTTP/1.1\r\nHost: a\r\n".encode()
    body = head + b"Content-Length: 900\r\n\r\n<xml>"
    return [[], [head, *[b"X-%d: 1\r\n" % n for n in range(60)]], [body, *[b"x"] * 60]]


async def linger(port: int, parts: list[bytes]) -> float | None:
    """Seconds until the server ended the connection, None if it never did."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began = time.monotonic()

    async def drip() -> None:
        for part in parts:
            if writer.is_closing():
                return
            writer.write(part)
            await asyncio.sleep(1)

    dripping = asyncio.create_task(drip())
    try:
        async with asyncio.timeout(CUT_WITHIN_S + 5):
            while await reader.read(4096):
                pass
    except ConnectionError:
        pass
    except TimeoutError:
        return None
    finally:
        dripping.cancel()
        writer.close()
    return time.monotonic() - began


async def crowd(url: str, count: int) -> list[float | None]:
    port = urlsplit(url).port or 0
    parts = kinds()
    return list(await asyncio.gather(*(linger(port, parts[n % 3]) for n in range(count))))


async def honest(url: str, until: asyncio.Event) -> list[float]:
    """Seconds each honest callback took while the crowd was there."""
    took = []
    async with aiohttp.ClientSession() as session:
        while not until.is_set():
            request = Correspondent().post(text_xml())
            query = [(name, value) for name, values in request.query.items() for value in values]
            began = time.monotonic()
            async with session.post(f"{url}/callback/shop", params=query, data=request.body) as response:
                assert (response.status, await response.read()) == (200, b"success")
            took.append(time.monotonic() - began)
            await asyncio.sleep(0.05)
    return sorted(took)


@pytest.mark.alone
async def test_four_hundred_slow_connections_are_cut_and_the_honest_are_served() -> None:
    clock, desk, gone = ManualClock(), Desk(), asyncio.Event()
    async with aiohttp.ClientSession() as session:
        channel = channel_at("http://127.0.0.1:1", session, clock)
        async with open_door(channel, desk, clock) as (url, guard):
            serving = asyncio.create_task(honest(url, gone))
            lingered = await crowd(url, COUNT)
            gone.set()
            took = await serving
            cut = dict(guard.cut)
    slowest = max(seconds if seconds is not None else float("inf") for seconds in lingered)
    print(f"{COUNT} slow connections: the last cut after {slowest:.1f} s, {cut}")
    print(f"{len(took)} honest callbacks: p99 {took[int(len(took) * 0.99)] * 1000:.0f} ms")
    assert slowest <= CUT_WITHIN_S
    assert took[int(len(took) * 0.99)] < 1.0


async def test_without_the_guard_they_all_stay() -> None:
    # The sabotage twin: the same door on a bare server keeps the connections without end.
    app = web.Application()
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(crowd(url, 30), 8)
    finally:
        await runner.cleanup()
    assert ConnectionGuard().limits.headers < 8
