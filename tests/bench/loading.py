"""A lean HTTP client: keep-alive connections that each send the next request when the answer is there."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import uvloop

CONNECTIONS = 64


@dataclass(slots=True)
class Measured:
    """What a load saw: seconds in all, each answer's latency in seconds, answers by status."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Return answers a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """Return the latency below which this share of the answers came."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class _Connection(asyncio.Protocol):
    def __init__(self, load: "_Load") -> None:
        self._load = load
        self._buffer = b""
        self._sent_at = 0.0
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # TCP transports can write
        self._next()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 : (head.find(b"\r\n", at) if head.find(b"\r\n", at) > 0 else end)])
        if len(self._buffer) < end + 4 + length:
            return
        status = int(self._buffer[9:12])
        self._buffer = self._buffer[end + 4 + length :]
        self._load.answered(status, time.perf_counter() - self._sent_at)
        self._next()

    def connection_lost(self, _error: Exception | None) -> None:
        self._load.lost()

    def _next(self) -> None:
        request = self._load.take()
        if self._transport is None or request is None:
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)


class _Load:
    def __init__(self, requests: Sequence[bytes]) -> None:
        self._requests = iter(requests)
        self._left = len(requests)
        self.measured = Measured()
        self.done = asyncio.get_running_loop().create_future()

    def take(self) -> bytes | None:
        return next(self._requests, None)

    def answered(self, status: int, latency: float) -> None:
        self.measured.latencies.append(latency)
        self.measured.statuses[status] = self.measured.statuses.get(status, 0) + 1
        self._left -= 1
        if self._left == 0 and not self.done.done():
            self.done.set_result(None)

    def lost(self) -> None:
        if self._left and not self.done.done():
            self.done.set_exception(ConnectionError("the server closed a connection"))


async def _run(port: int, requests: Sequence[bytes], connections: int) -> Measured:
    loop = asyncio.get_running_loop()
    load = _Load(requests)
    began = time.perf_counter()
    opened = [
        await loop.create_connection(lambda: _Connection(load), "127.0.0.1", port) for _ in range(connections)
    ]
    await asyncio.wait_for(load.done, 120)
    load.measured.seconds = time.perf_counter() - began
    for transport, _ in opened:
        transport.abort()
    return load.measured


def run(port: int, requests: Sequence[bytes], connections: int = CONNECTIONS) -> Measured:
    """Send every request once and return what was seen; raises when the server gives up."""
    return uvloop.run(_run(port, requests, min(connections, len(requests))))
