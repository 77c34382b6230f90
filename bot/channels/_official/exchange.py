"""Small calls over aiohttp's connection pool, past its request and response objects.

A push is a short POST with a short answer. Most of what `ClientSession.request` spends on one goes into
what no platform call has: redirects, cookies, credentials, form encodings, retries. So a call takes a
connection from the session's own connector, which keeps its pool, its limits, its names and its TLS,
writes the request itself, and reads the answer with aiohttp's parser. Forms go the usual way.
"""

import asyncio

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.http import HttpProcessingError
from aiohttp.streams import StreamReader
from yarl import URL

MAX_ANSWER = 2 * 1024 * 1024
_HEAD = "{} {} HTTP/1.1\r\nHost: {}\r\nAccept: */*\r\nAccept-Encoding: identity\r\nUser-Agent: hetang\r\n"


class NeverLeft(Exception):
    """Not a byte of the request has left: nothing can have been done."""


class TooLong(Exception):
    """The answer is longer than any answer."""


class Exchange:
    """Calls on the connections of one session; neither follows redirects nor keeps cookies."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        """Use the session's connector; closing stays the session's owner's business."""
        self._session = session
        self._targets: dict[tuple[str, str], aiohttp.ClientRequest] = {}

    async def call(
        self, method: str, url: URL, data: bytes | None, within: aiohttp.ClientTimeout
    ) -> tuple[int, bytes]:
        """Send JSON, or nothing, and return status and body of the answer.

        Raises NeverLeft, TooLong, TimeoutError, aiohttp.ClientError or OSError. `url` must be encoded.
        """
        async with asyncio.timeout(within.total):
            connection = await self._connected(url, within)
            try:
                answer = await _exchanged(connection, _request(method, url, data))
            except BaseException:
                # What is left of the answer must not become the next call's.
                connection.close()
                raise
            connection.release()
            return answer

    async def _connected(self, url: URL, within: aiohttp.ClientTimeout) -> Connection:
        connector = self._session.connector
        if connector is None:
            raise NeverLeft("closed")
        while True:
            try:
                connection = await connector.connect(self._target(url), traces=[], timeout=within)
            except (aiohttp.ClientError, OSError, ValueError) as error:
                raise NeverLeft(type(error).__name__) from None
            if connection.protocol is not None and not connection.protocol.should_close:
                return connection
            # Something came while nobody had asked; it must not pass for our answer.
            connection.close()

    def _target(self, url: URL) -> aiohttp.ClientRequest:
        """Return what tells the connector where to connect; it is never sent."""
        key = (url.scheme, url.raw_authority)
        known = self._targets.get(key)
        if known is None:
            loop = asyncio.get_running_loop()
            known = aiohttp.ClientRequest("GET", url.origin(), loop=loop, session=self._session)
            self._targets[key] = known
        return known


def _request(method: str, url: URL, data: bytes | None) -> bytes:
    head = _HEAD.format(method, url.raw_path_qs, url.host_port_subcomponent)
    if data is None:
        return f"{head}\r\n".encode("ascii")
    typed = f"{head}Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    return typed.encode("ascii") + data


async def _exchanged(connection: Connection, request: bytes) -> tuple[int, bytes]:
    protocol = connection.protocol
    if protocol is None or protocol.transport is None or protocol.transport.is_closing():
        raise NeverLeft("closed")
    protocol.set_response_params(read_until_eof=True)
    protocol.transport.write(request)
    status, body = await _answered(protocol)
    return status, await bounded(body)


async def _answered(protocol: ResponseHandler) -> tuple[int, StreamReader]:
    while True:
        try:
            message, body = await protocol.read()
        except HttpProcessingError as error:
            raise aiohttp.ClientPayloadError(type(error).__name__) from None
        if message.code == 101 or not 100 <= message.code <= 199:
            return message.code, body


async def bounded(content: StreamReader) -> bytes:
    """Return everything that comes; raise TooLong when it will not end."""
    parts: list[bytes] = []
    size = 0
    while not content.at_eof():
        part = await content.readany()
        size += len(part)
        if size > MAX_ANSWER:
            raise TooLong
        parts.append(part)
    return b"".join(parts)
