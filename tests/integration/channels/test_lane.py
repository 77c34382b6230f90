"""The short way for the usual callback answers what aiohttp would, and takes nothing that is not its own."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from urllib.parse import urlencode, urlsplit

import aiohttp
import pytest

from bot.domain.channel import Callback, Channel
from bot.domain.content import Text
from bot.domain.errors import StorageUnavailable
from bot.web import connection
from bot.web.callback import Told
from bot.web.lane import asked
from tests.fakes import ManualClock
from tests.integration.channels.rig import Desk, channel_at, open_door
from tests.payloads.correspondent import Correspondent, text_xml

CLOCK = ManualClock()
PLATFORM = Correspondent()


def usual(plain: bytes, account: str = "shop", *headers: str) -> bytes:
    """A callback as a platform behind a proxy sends it."""
    request = PLATFORM.post(plain)
    query = urlencode([(name, value) for name, values in request.query.items() for value in values])
    head = [
        f"POST /callback/{account}?{query} HTTP/1.1",
        "Host: bot.example.com",
        "User-Agent: Mozilla/4.0",
        "Accept: */*",
        "Content-Type: text/xml",
        f"Content-Length: {len(request.body)}",
        *headers,
    ]
    return "\r\n".join([*head, "", ""]).encode() + request.body


@asynccontextmanager
async def door(desk: Desk) -> AsyncIterator[str]:
    async with (
        aiohttp.ClientSession() as session,
        open_door(channel_at("http://127.0.0.1:1", session, CLOCK), desk, CLOCK) as (url, _),
    ):
        yield url


async def answers(url: str, *parts: bytes, count: int = 1, pause: float = 0.0) -> list[tuple[int, bytes]]:
    """Status and body of so many answers on one connection; a connection that ends gives what came."""
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)
    found: list[tuple[int, bytes]] = []
    try:
        for part in parts:
            writer.write(part)
            await asyncio.sleep(pause)
        async with asyncio.timeout(10):
            for _ in range(count):
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                length = int(head.partition("content-length: ")[2].partition("\r\n")[0] or 0)
                found.append((int(head[9:12]), await reader.readexactly(length)))
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()
    return found


def opened(reply: bytes) -> bytes:
    """The sealed message of a reply."""
    return PLATFORM.open(reply.partition(b"<Encrypt><![CDATA[")[2].partition(b"]]>")[0].decode())


def mangled(request: bytes, chance: random.Random) -> bytes:
    """The request with a few bytes changed, mostly in its head."""
    bent = bytearray(request)
    for _ in range(chance.randint(1, 3)):
        at = min(len(bent) - 1, int(chance.expovariate(1 / 250)))
        bent[at] = chance.choice(b"\r\n :;?&=%+-\x00\x7f\xffAz09")
    return bytes(bent)


@pytest.mark.timeout(120)
async def test_bent_requests_are_answered_alike_with_the_lane_and_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chance = random.Random(11)
    requests = [usual(text_xml())] + [mangled(usual(text_xml()), chance) for _ in range(400)]

    async def all_of(url: str) -> list[list[tuple[int, bytes]]]:
        async def one(request: bytes) -> list[tuple[int, bytes]]:
            async with limit:
                try:
                    async with asyncio.timeout(2.0):
                        return await answers(url, request)
                except TimeoutError:
                    return []  # it waits for more

        limit = asyncio.Semaphore(100)
        return list(await asyncio.gather(*(one(request) for request in requests)))

    async with door(Desk()) as url:
        quick = await all_of(url)
    taken = sum(asked(request) is not None for request in requests)
    with monkeypatch.context() as patch:
        patch.setattr(connection, "asked", lambda _data: None)
        async with door(Desk()) as url:
            slow = await all_of(url)
    assert quick == slow
    assert 20 < taken < 380  # both ways were really tried


async def test_requests_in_a_row_and_at_once_are_answered_in_their_order() -> None:
    desk = Desk(reply=Text("好"))
    said = [usual(text_xml(f"第{number}句")) for number in range(4)]
    async with door(desk) as url:
        one_by_one = await answers(url, *said, count=4, pause=0.02)
        at_once = await answers(url, b"".join(said), count=4)
        torn = await answers(url, said[0][:50], said[0][50:] + said[1], count=2, pause=0.02)
    assert [status for status, _ in one_by_one + at_once + torn] == [200] * 10
    assert all("好".encode() in opened(body) for _, body in one_by_one + at_once + torn)
    four = [f"第{number}句" for number in range(4)]
    assert [one.event.text for one in desk.heard if one.event] == [*four, *four, "第0句", "第1句"]


async def test_what_comes_before_the_answer_waits_for_its_turn() -> None:
    class Slow(Desk):
        def submit(self, callback: Callback, channel: Channel, told: Told) -> None:
            asyncio.get_running_loop().call_later(0.05, partial(super().submit, callback, channel, told))

    desk = Slow()
    async with door(desk) as url:
        found = await answers(url, usual(text_xml("一")), usual(text_xml("二")), count=2, pause=0.01)
    assert found == [(200, b"success")] * 2
    assert [one.event.text for one in desk.heard if one.event] == ["一", "二"]


async def test_a_failure_to_store_is_said_and_the_connection_goes_on() -> None:
    desk = Desk(failure=StorageUnavailable("disk full"))
    async with door(desk) as url:
        assert await answers(url, usual(text_xml()), usual(text_xml()), count=2, pause=0.02) == [
            (503, b"unavailable"),
            (503, b"unavailable"),
        ]


@pytest.mark.parametrize(
    "header",
    [
        "Transfer-Encoding: chunked", "Content-Encoding: gzip", "Expect: 100-continue", "Connection: close",
        "Connection: upgrade", "Upgrade: websocket", "Host: other", "content-length: 7",
    ],
)  # fmt: skip
def test_what_could_be_read_in_two_ways_is_left_to_aiohttp(header: str) -> None:
    assert asked(usual(text_xml())) is not None
    assert asked(usual(text_xml(), "shop", header)) is None


def test_only_a_whole_small_post_to_a_callback_is_taken() -> None:
    whole = usual(text_xml())
    assert asked(whole[:-1]) is None
    assert asked(whole + b"x") is None
    assert asked(whole.replace(b"POST /callback", b"POST /v1/track", 1)) is None
    assert asked(whole.replace(b"POST", b"GET", 1)) is None
    assert asked(whole.replace(b"\r\nHost: bot.example.com", b"", 1)) is None
    assert asked(whole.replace(b"HTTP/1.1", b"HTTP/1.0", 1)) is None
    assert asked(whole.replace(b"\r\nAccept", b"\r\n folded: line\r\nAccept", 1)) is None


def test_many_headers_take_no_time_to_refuse() -> None:
    """A pattern that could match a header in two ways would try them all."""
    head = b"POST /callback/shop?a=b HTTP/1.1\r\n" + b"A: b\r\n" * 1000 + b"bad\r\n\r\n"
    assert asked(head) is None
