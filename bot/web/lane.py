"""The short way for the usual callback: a small POST that came whole, past aiohttp's request objects.

A platform's callback is one known request, thousands of times; building a request, a route, a task and
a response for each costs more than reading it. What is not exactly in that form is aiohttp's, and
from then on its whole connection is: so the two never answer on one connection by turns, and where
they would read a request differently only aiohttp reads it.
"""

import asyncio
import re
from functools import lru_cache, partial

from aiohttp.helpers import rfc822_formatted_time

from bot.domain.channel import RawCallback
from bot.domain.errors import CallbackMalformed
from bot.web.callback import Answer, CallbackDoor, Tell
from bot.web.reading import MAX_BODY, query_fields

MOST_HEADERS = 8192
_LINE = re.compile(rb"POST /callback/([A-Za-z0-9_-]{1,64})\?([\x21-\x7e]*) HTTP/1\.1\r\n")
_HEADERS = re.compile(rb"(?:[A-Za-z0-9-]+:[\x20-\x7e]*\r\n)+")
# The headers that change how a request is read, or that must be there once.
_TELLING = re.compile(
    rb"^(content-length|content-type|host|transfer-encoding|content-encoding|connection|expect|upgrade"
    rb"|authorization):"
    rb" ?([^\r]*)\r$",
    re.IGNORECASE | re.MULTILINE,
)
_LENGTH = re.compile(rb"0|[1-9][0-9]{0,5}")
_REASONS = {
    200: b"OK",
    204: b"No Content",
    400: b"Bad Request",
    403: b"Forbidden",
    413: b"Request Entity Too Large",
}
Asked = tuple[str, RawCallback]


def asked(data: bytes) -> Asked | None:
    """Return the account and the callback of a request in the usual form, None for anything else."""
    line = _LINE.match(data)
    end = data.find(b"\r\n\r\n")
    if line is None or not line.end() < end <= MOST_HEADERS:
        return None
    told = _told(data[line.end() : end + 2])
    body = data[end + 4 :]
    if told is None or told[0] != len(body):
        return None
    try:
        query = query_fields(line[2].decode("ascii"))
    except CallbackMalformed:
        return None
    return line[1].decode("ascii"), RawCallback("POST", query, body, told[1])


# A platform and a proxy say the same few things again and again.
@lru_cache(maxsize=1024)
def _told(headers: bytes) -> tuple[int, str] | None:
    """Return the length and type of the body these headers speak of, None if they say anything unusual.

    Unusual is whatever could make two readers differ: a name twice, a coding, a connection that ends.
    """
    if _HEADERS.fullmatch(headers) is None:
        return None
    told: dict[bytes, bytes] = {}
    for written_name, said in _TELLING.findall(headers):
        name = written_name.lower()
        if name in told:
            return None
        told[name] = said
    length = told.pop(b"content-length", b"")
    plain = (
        _LENGTH.fullmatch(length) is not None
        and int(length) <= MAX_BODY
        and b"host" in told
        and told.get(b"connection", b"keep-alive").lower() == b"keep-alive"
        and told.keys() <= {b"host", b"connection", b"content-type"}
    )
    return (int(length), told.get(b"content-type", b"").decode("ascii")) if plain else None


class Lane:
    """Answers callbacks in the usual form."""

    def __init__(self, door: CallbackDoor) -> None:
        """Hand what comes to the door."""
        self._door = door
        self._busy = 0
        self._drained: asyncio.Future[None] | None = None

    async def drained(self) -> None:
        """Wait until every callback under way is answered."""
        if self._busy:
            self._drained = asyncio.get_running_loop().create_future()
            await self._drained

    def take(self, asked: Asked, tell: Tell) -> None:
        """Begin a callback; its answer is told once, now or later."""
        self._busy += 1
        account, raw = asked
        self._door.begin(account, raw, partial(self._answered, tell))

    def _answered(self, tell: Tell, answer: Answer) -> None:
        self._busy -= 1
        tell(answer)
        if not self._busy and self._drained is not None and not self._drained.done():
            self._drained.set_result(None)


def written(answer: Answer) -> bytes:
    """Return an answer as HTTP."""
    head = _head(answer.status, answer.content_type, rfc822_formatted_time())
    last = b"Connection: close\r\n" if answer.last else b""
    return b"%bContent-Length: %d\r\n%b\r\n%b" % (head, len(answer.body), last, answer.body)


# The same for a second, in which thousands are written.
@lru_cache(maxsize=16)
def _head(status: int, content_type: str, date: str) -> bytes:
    reason = _REASONS.get(status, b"Service Unavailable")
    return b"HTTP/1.1 %d %b\r\nContent-Type: %b\r\nDate: %b\r\n" % (
        status, reason, content_type.encode(), date.encode(),
    )  # fmt: skip
