"""A platform on raw sockets that fails in every way a network can."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest

from bot.channels._official import wire
from bot.domain.errors import SendError
from tests.fakes import ManualClock
from tests.integration.channels.rig import channel_at, outcome

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
TOKEN = b'{"access_token":"T0KEN","expires_in":7200}'


def http(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@asynccontextmanager
async def raw_platform(failing: Handler) -> AsyncIterator[str]:
    """Gives tokens politely; what happens to a send is up to `failing`."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(
                    int(line.split(b":")[1])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length")
                )
                await reader.readexactly(length)
                if b"stable_token" in head:
                    writer.write(http(TOKEN))
                    await writer.drain()
                else:
                    await failing(reader, writer)
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def failing_send(failing: Handler, monkeypatch: pytest.MonkeyPatch) -> SendError:
    monkeypatch.setattr(wire, "TIMEOUT", aiohttp.ClientTimeout(total=0.5, sock_connect=0.5))
    async with raw_platform(failing) as url, aiohttp.ClientSession() as session:
        return await outcome(channel_at(url, session, ManualClock()))


def saying(*parts: bytes) -> Handler:
    async def failing(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()

    return failing


async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def half_an_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    await reader.read()


async def reset(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(2000):
        writer.write(b"x" * 65_536)
        await writer.drain()


BOMB = gzip.compress(b'{"errcode": 0, "a": "' + b"x" * (100 << 20) + b'"}', 9)
GZIP = "Content-Encoding: gzip"
UNKNOWN: dict[str, tuple[Handler, str]] = {
    "html with 200": (saying(http(b"<html>ok</html>", "Content-Type: text/html")), "bad_answer"),
    "empty with 200": (saying(http(b"")), "bad_answer"),
    "truncated json": (saying(http(b'{"errcode":0,')), "bad_answer"),
    "null": (saying(http(b"null")), "bad_answer"),
    "a list": (saying(http(b"[]")), "bad_answer"),
    "5,000 digits": (saying(http(b'{"errcode":' + b"9" * 5000 + b"}")), "bad_answer"),
    "a gzip bomb": (saying(http(BOMB, GZIP)), "bad_answer"),
    "bad gzip": (saying(http(b"not gzip", GZIP)), "connection_lost"),
    "half a gzip": (saying(http(gzip.compress(b'{"errcode": 0}')[:-14], GZIP)), "bad_answer"),
    "endless": (endless, "bad_answer"),
    "502": (saying(http(b"<html>", status="502 Bad Gateway")), "http_failed"),
    "503": (saying(http(b'{"errcode":0}', status="503 Busy")), "http_failed"),
    "a reset": (reset, "connection_lost"),
    "closed at once": (saying(), "connection_lost"),
    "closed half way": (saying(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"), "connection_lost"),
    "no http": (saying(b"\x00\x01garbage\r\n\r\n"), "connection_lost"),
    "bad chunk": (saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "connection_lost"),
    "silence": (silent, "timeout"),
    "half and silence": (half_an_answer, "timeout"),
    "minus one": (saying(http(b'{"errcode":-1,"errmsg":"system error"}')), "platform_busy"),
}
