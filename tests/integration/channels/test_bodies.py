"""How a callback's body is read: whole, bounded, in time."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.domain.channel import RawCallback
from bot.web import reading
from tests.fakes import ManualClock
from tests.integration.channels.rig import Desk, channel_at, open_door, post, query_of, raw
from tests.payloads.correspondent import Correspondent, text_xml

PLATFORM = Correspondent()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def door(session: aiohttp.ClientSession, desk: Desk) -> AsyncIterator[str]:
    clock = ManualClock()
    async with open_door(channel_at("http://127.0.0.1:1", session, clock), desk, clock) as (url, _):
        yield url


async def test_a_body_over_64_kb_is_too_large_declared_or_not(
    session: aiohttp.ClientSession, door: str
) -> None:
    request = RawCallback("POST", PLATFORM.post(text_xml()).query, b"x" * 65_537)
    assert (await post(session, door, request))[0] == 413

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 1000

    async with session.post(f"{door}/callback/shop?{query_of(request)}", data=pieces()) as response:
        assert response.status == 413


async def test_a_body_in_pieces_is_put_together(
    session: aiohttp.ClientSession, door: str, desk: Desk
) -> None:
    request = PLATFORM.post(text_xml("一" * 600))

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(request.body), 500):
            yield request.body[at : at + 500]
            await asyncio.sleep(0.01)

    async with session.post(f"{door}/callback/shop?{query_of(request)}", data=pieces()) as response:
        assert (response.status, await response.read()) == (200, b"success")
    assert len(desk.heard) == 1


async def test_a_body_that_takes_too_long_is_refused(
    session: aiohttp.ClientSession, door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BODY_WITHIN_S", 0.2)
    request = PLATFORM.post(text_xml())
    head = f"POST /callback/shop?{query_of(request)} HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n<xml>"
    answer = await raw(door, head.encode())
    assert answer.startswith(b"HTTP/1.1 413")
