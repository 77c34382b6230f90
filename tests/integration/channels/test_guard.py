"""Connections that take their time are cut; honest ones are not."""

import asyncio
from urllib.parse import urlencode, urlsplit

import aiohttp
import pytest
import uvloop
from aiohttp import web

from bot.web.connection import Limits
from tests.fakes import ManualClock
from tests.integration.channels.rig import Desk, channel_at, open_door
from tests.payloads.correspondent import Correspondent, text_xml

QUICK = Limits(headers=0.6, body=0.6, idle=1.5, connections=50)
CLOCK = ManualClock()


def post_bytes() -> bytes:
    request = Correspondent().post(text_xml())
    query = urlencode([(name, value) for name, values in request.query.items() for value in values])
    head = f"POST /callback/shop?{query} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(request.body)}\r\n\r\n"
    return head.encode() + request.body


async def until_cut(url: str, *parts: bytes, pause: float = 0.0) -> tuple[bytes, float]:
    """What comes back, and the seconds until the connection ends."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)
    said = b""
    try:
        async with asyncio.timeout(10):
            for part in parts:
                if reader.at_eof() or writer.is_closing():
                    break
                writer.write(part)
                await asyncio.sleep(pause)
            while chunk := await reader.read(4096):
                said += chunk
    except ConnectionError:
        pass
    finally:
        writer.close()
    return said, loop.time() - began


async def slow_connections() -> dict[str, int]:
    async with aiohttp.ClientSession() as session:
        channel = channel_at("http://127.0.0.1:1", session, CLOCK)

        async def patient(_request: web.Request) -> web.Response:
            await asyncio.sleep(2.5)
            return web.Response(text="done")

        async with open_door(channel, Desk(), CLOCK, QUICK, patient=patient) as (url, guard):
            whole = post_bytes()
            head, _, body = whole.partition(b"\r\n\r\n")
            outcomes = await asyncio.gather(
                until_cut(url),
                until_cut(url, b"POST /callback/shop HTTP/1.1\r\nHost: a\r\n"),
                until_cut(url, b"POST /", *[b"x"] * 30, pause=0.1),
                until_cut(url, head + b"\r\n\r\n" + body[:50]),
                until_cut(url, head + b"\r\n\r\n", *[body[n : n + 1] for n in range(40)], pause=0.1),
                until_cut(url, whole, b"POST /callback/shop HTTP/1.1\r\n", pause=0.2),
                until_cut(url, whole),
                until_cut(url, b"GET /patient HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
            )
            said = [answer for answer, _ in outcomes]
            took = [seconds for _, seconds in outcomes]
            assert max(took[:6]) < 4.5, took
            assert said[:5] == [b""] * 5
            assert b"success" in said[5]
            assert b"success" in said[6]
            assert 1.4 < took[6] < 4
            assert b"done" in said[7]
            async with asyncio.timeout(2):
                while guard.open:  # noqa: ASYNC110 - the guard tells nobody when a connection is gone
                    await asyncio.sleep(0.05)
            return guard.cut


async def test_slow_connections_are_cut_and_a_slow_handler_is_not() -> None:
    assert await slow_connections() == {"headers": 4, "body": 2, "idle": 1, "full": 0}


def test_the_same_holds_on_uvloop() -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(slow_connections()) == {"headers": 4, "body": 2, "idle": 1, "full": 0}


async def test_more_connections_than_allowed_are_turned_away() -> None:
    async with aiohttp.ClientSession() as session:
        channel = channel_at("http://127.0.0.1:1", session, CLOCK)
        async with open_door(channel, Desk(), CLOCK, Limits(connections=5)) as (url, guard):
            held = [await asyncio.open_connection("127.0.0.1", urlsplit(url).port) for _ in range(5)]
            await asyncio.sleep(0.1)
            said, seconds = await until_cut(url, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert (said, seconds < 2) == (b"", True)
            assert guard.cut["full"] == 1
            held[0][1].close()
            await asyncio.sleep(0.1)
            async with session.get(f"{url}/nothing") as response:
                assert response.status == 404
            for _, writer in held[1:]:
                writer.close()


async def test_keep_alive_and_pipelined_requests_are_all_answered() -> None:
    async with aiohttp.ClientSession() as session:
        channel, desk = channel_at("http://127.0.0.1:1", session, CLOCK), Desk()
        async with open_door(channel, desk, CLOCK, QUICK) as (url, guard):
            said, _ = await until_cut(url, post_bytes() * 5)
            assert said.count(b"success") == 5
            assert len(desk.heard) == 5
            assert guard.cut["headers"] == guard.cut["body"] == 0


async def test_a_server_without_the_guard_keeps_them_all() -> None:
    # The sabotage twin: aiohttp alone has no deadline for reading a request.
    app = web.Application()
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", runner.addresses[0][1])
    writer.write(b"POST / HTTP/1.1\r\n")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(3 * QUICK.headers):
            await reader.read(1)
    writer.close()
    await runner.cleanup()
