"""Calls on aiohttp's pool: one answer for one call, whatever a connection brings before, between or after."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
from yarl import URL

from bot.channels._official.exchange import MAX_ANSWER, Exchange, NeverLeft, TooLong
from tests.integration.channels.raw_platform import http

WITHIN = aiohttp.ClientTimeout(total=5, sock_connect=2)
Talk = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class Station:
    """A raw server: what it heard, on how many connections, and how it answers."""

    talk: Talk
    url: URL = field(default_factory=URL)
    connections: int = 0
    heard: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                lines = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
                body = await reader.readexactly(int(lines[0].split(b":")[1])) if lines else b""
                self.heard.append(head + body)
                await self.talk(body, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


@asynccontextmanager
async def station(talk: Talk) -> AsyncIterator[Station]:
    one = Station(talk)
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.url = URL(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/cgi-bin/send?access_token=T%2BK")
    try:
        yield one
    finally:
        server.close()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as one:
        yield one


async def echo(body: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(http(b'{"said":' + (body or b"0") + b"}"))


async def test_a_call_is_one_plain_request_and_its_connection_serves_the_next(
    session: aiohttp.ClientSession,
) -> None:
    async with station(echo) as one:
        exchange = Exchange(session)
        for number in (b"1", b"2"):
            said = await exchange.call("POST", one.url, number, WITHIN)
            assert said == (200, b'{"said":' + number + b"}")
        assert await exchange.call("GET", one.url, None, WITHIN) == (200, b'{"said":0}')
        assert one.connections == 1
        head = one.heard[0].decode()
        assert head.startswith("POST /cgi-bin/send?access_token=T%2BK HTTP/1.1\r\n")
        assert f"\r\nHost: {one.url.host}:{one.url.port}\r\n" in head
        assert head.endswith("Content-Type: application/json\r\nContent-Length: 1\r\n\r\n1")
        assert b"Content-Length" not in one.heard[2]


async def test_many_calls_at_once_each_get_their_own_answer(session: aiohttp.ClientSession) -> None:
    async with station(echo) as one:
        exchange = Exchange(session)
        calls = [exchange.call("POST", one.url, str(number).encode(), WITHIN) for number in range(200)]
        answers = await asyncio.gather(*calls)
        assert [body for _, body in answers] == [b'{"said":%d}' % number for number in range(200)]


async def test_interim_and_chunked_answers_are_read_to_the_end(session: aiohttp.ClientSession) -> None:
    async def talk(_body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for part in (b'{"err', b'code":', b"0}"):
            writer.write(b"%x\r\n%s\r\n" % (len(part), part))
            await writer.drain()
            await asyncio.sleep(0.01)
        writer.write(b"0\r\n\r\n")

    async with station(talk) as one:
        for _ in range(2):
            assert await Exchange(session).call("POST", one.url, b"1", WITHIN) == (200, b'{"errcode":0}')
        assert one.connections == 1


async def test_an_answer_nobody_asked_for_is_not_taken_for_the_next_calls(
    session: aiohttp.ClientSession,
) -> None:
    async def talk(body: bytes, writer: asyncio.StreamWriter) -> None:
        await echo(body, writer)
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.write(http(b'{"said":"forged"}'))

    async with station(talk) as one:
        exchange = Exchange(session)
        for number in (b"1", b"2"):
            assert await exchange.call("POST", one.url, number, WITHIN) == (200, b'{"said":' + number + b"}")
            await asyncio.sleep(0.2)
        assert one.connections == 2


async def test_a_connection_given_up_on_is_never_used_again(session: aiohttp.ClientSession) -> None:
    late: list[asyncio.Task[None]] = []

    async def answer_late(body: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.3)
        await echo(body, writer)

    async def talk(body: bytes, writer: asyncio.StreamWriter) -> None:
        late.append(asyncio.create_task(answer_late(body, writer)))
        await asyncio.sleep(0)

    async with station(talk) as one:
        exchange = Exchange(session)
        with pytest.raises(TimeoutError):
            await exchange.call("POST", one.url, b"1", aiohttp.ClientTimeout(total=0.1))
        assert await exchange.call("POST", one.url, b"2", WITHIN) == (200, b'{"said":2}')
        assert one.connections == 2
        await asyncio.gather(*late, return_exceptions=True)


async def test_an_endless_answer_is_cut_off(session: aiohttp.ClientSession) -> None:
    async def talk(_body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(2 * MAX_ANSWER // 65536):
            writer.write(b"x" * 65536)
            await writer.drain()

    async with station(talk) as one:
        with pytest.raises(TooLong):
            await Exchange(session).call("POST", one.url, b"1", WITHIN)


async def test_who_cannot_be_reached_was_sent_nothing(session: aiohttp.ClientSession) -> None:
    async with station(echo) as one:
        url = one.url
    with pytest.raises(NeverLeft, match="ClientConnectorError"):
        await Exchange(session).call("POST", url, b"1", WITHIN)
    await session.close()
    with pytest.raises(NeverLeft, match="closed"):
        await Exchange(session).call("POST", url, b"1", WITHIN)


async def test_a_connection_that_ends_before_the_answer_leaves_it_open_whether_the_call_arrived(
    session: aiohttp.ClientSession,
) -> None:
    async def talk(_body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.close()
        await asyncio.sleep(0)

    async with station(talk) as one:
        with pytest.raises(aiohttp.ClientError):
            await Exchange(session).call("POST", one.url, b"1", WITHIN)
        assert len(one.heard) == 1
