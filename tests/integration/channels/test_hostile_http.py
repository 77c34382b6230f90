"""HTTP that no honest client sends: a client error, or a cut connection, and nothing shown."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.fakes import ManualClock
from tests.integration.channels.rig import Desk, channel_at, open_door, raw

POST = b"POST /callback/shop HTTP/1.1\r\nHost: a\r\n"


@pytest.fixture
async def door(session: aiohttp.ClientSession) -> AsyncIterator[str]:
    clock = ManualClock()
    async with open_door(channel_at("http://127.0.0.1:1", session, clock), Desk(), clock) as (url, _):
        yield url


HOSTILE = {
    "two lengths": POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "negative length": POST + b"Content-Length: -5\r\n\r\n",
    "length and chunks": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "bad chunk": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "long header": b"GET /callback/shop HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 20_000 + b"\r\n\r\n",
    "long address": b"GET /callback/shop?" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "many headers": b"GET /callback/shop HTTP/1.1\r\nHost: a\r\n"
    + b"".join(b"X%d: x\r\n" % n for n in range(1000))
    + b"\r\n",
    "garbage": b"\x00\x01\x02\x03\r\n\r\n",
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 40 + b"\r\n\r\n",
    "bad gzip": POST + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
    "bad query": b"POST /callback/shop?%ff=%00&signature=%zz&&=&=x HTTP/1.1\r\nHost: a\r\n"
    b"Content-Length: 0\r\n\r\n",
    "bogus charset": POST + b"Content-Type: text/xml; charset=bogus\r\nContent-Length: 1\r\n\r\nx",
    "many fields": b"POST /callback/shop?"
    + b"a=b&" * 500
    + b" HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "expectation": POST + b"Expect: junk\r\nContent-Length: 1\r\n\r\nx",
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_http_is_a_client_error(door: str, name: str) -> None:
    answer = await raw(door, HOSTILE[name])
    assert answer.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4")), answer[:80]
    assert b"Traceback" not in answer
