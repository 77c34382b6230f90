"""A platform that accepts everything at once: the cheapest HTTP server that answers what clients expect."""

import asyncio
import json
import sys
from collections.abc import Callable

import uvloop

_TOKEN = json.dumps({"access_token": "t" * 64, "expires_in": 7200}).encode()
_DONE = json.dumps({"errcode": 0, "errmsg": "ok"}).encode()


def _answer(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


_TOKEN_ANSWER, _DONE_ANSWER = _answer(_TOKEN), _answer(_DONE)


class Sink(asyncio.Protocol):
    """One connection; `heard` is told the body of every request."""

    def __init__(self, heard: Callable[[bytes], None] = lambda _body: None) -> None:
        self._heard = heard
        self._buffer = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # TCP transports can write

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            at = head.lower().find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._buffer) < end + 4 + length:
                return
            self._heard(self._buffer[end + 4 : end + 4 + length])
            self._buffer = self._buffer[end + 4 + length :]
            if self._transport is not None:
                path = head.split(b" ", 2)[1].split(b"?", 1)[0]
                self._transport.write(_TOKEN_ANSWER if path.endswith(b"token") else _DONE_ANSWER)


async def _serve(port: int) -> None:
    loop = asyncio.get_running_loop()
    await loop.create_server(Sink, "127.0.0.1", port, backlog=1024)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
