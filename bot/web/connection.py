"""One connection: watched from outside aiohttp, and its first reader.

See `bot.web.guard` for why it is watched and `bot.web.lane` for what does not go to aiohttp at all.
"""

import asyncio
from dataclasses import dataclass
from typing import Protocol, cast

from aiohttp import StreamReader

from bot.web.callback import Answer
from bot.web.lane import Lane, asked, written

HEADERS_WITHIN_S = 5.0
BODY_WITHIN_S = 5.0
IDLE_S = 75.0
MAX_CONNECTIONS = 2000


@dataclass(frozen=True, slots=True)
class Limits:
    """Deadlines in seconds, and how many connections may be open at once."""

    headers: float = HEADERS_WITHIN_S
    body: float = BODY_WITHIN_S
    idle: float = IDLE_S
    connections: int = MAX_CONNECTIONS


class Guard(Protocol):
    """What a connection must know of the server it belongs to."""

    limits: Limits
    lane: Lane | None
    cut: dict[str, int]
    open: "dict[asyncio.BaseTransport, Watched]"


class Watched(asyncio.Protocol):
    """Stands between a connection and aiohttp's protocol; passes everything on and notes the time.

    `phase` is what is waited for: ``headers``, ``body``, ``idle`` (the next request) or nothing.
    The lane has the connection until something comes that is not in its form; `_held` is what came
    while it was at work.
    """

    __slots__ = (
        "_answered", "_body", "_guard", "_held", "_inner", "_lane", "_loop", "_transport", "due", "phase",
    )  # fmt: skip

    def __init__(self, guard: Guard, inner: asyncio.Protocol) -> None:
        self._guard = guard
        self._inner = inner
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._body: StreamReader | None = None
        self._answered = False
        self._lane = guard.lane
        self._held = b""
        self.phase = "headers"
        self.due: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to watch; cut at once when too many are open."""
        guard = self._guard
        # uvloop's transports are no subclass of asyncio's, only shaped like them.
        self._transport = cast("asyncio.Transport", transport)
        if len(guard.open) >= guard.limits.connections:
            guard.cut["full"] += 1
            self.phase = "full"
            self._transport.abort()
            return
        guard.open[transport] = self
        self.due = self._loop.time() + guard.limits.headers
        self._inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Give what came to the lane, or to aiohttp."""
        if self._lane is None or not self._taken(self._lane, data):
            self._lane = None
            self._pass_on(data)

    def _taken(self, lane: Lane, data: bytes) -> bool:
        """Return whether the lane takes what came; what comes too early is held until its turn."""
        if self.phase == "":
            self._held += data
            if self._transport is not None:
                self._transport.pause_reading()
            return True
        callback = asked(data) if self.phase != "full" else None
        if callback is None:
            return False
        self.phase, self.due = "", None
        lane.take(callback, self._told)
        return True

    def _told(self, answer: Answer) -> None:
        """Write the lane's answer and go on with what was held."""
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(written(answer))
        self.phase, self.due = "idle", self._loop.time() + self._guard.limits.idle
        if answer.last:
            self._transport.close()
        elif self._held:
            held, self._held = self._held, b""
            self._transport.resume_reading()
            self.data_received(held)

    def _pass_on(self, data: bytes) -> None:
        if self.phase == "idle":
            self.phase = "headers"
            self.due = self._loop.time() + self._guard.limits.headers
        if self.phase != "full":
            self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        """Pass on that nothing more comes."""
        return self._inner.eof_received() if self.phase != "full" else False

    def pause_writing(self) -> None:
        """Pass on that the other side reads too slowly."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Pass on that it reads again."""
        self._inner.resume_writing()

    def connection_lost(self, error: Exception | None) -> None:
        """Stop watching."""
        if self.phase != "full" and self._transport is not None:
            self._guard.open.pop(self._transport, None)
            self._inner.connection_lost(error)
        self.due, self._body = None, None

    def has_headers(self, body: StreamReader) -> None:
        """Note that a request's headers are read; its body may still be coming."""
        self._answered = False
        if body.is_eof():
            self.phase, self.due = "", None
        else:
            self.phase, self._body = "body", body
            self.due = self._loop.time() + self._guard.limits.body

    def is_answered(self) -> None:
        """Note that the handler is done; the connection may bring another request."""
        if self.phase == "body" and self._body is not None and not self._body.is_eof():
            self._answered = True  # early; the rest of the body keeps its deadline
            return
        self.phase, self._body = "idle", None
        self.due = self._loop.time() + self._guard.limits.idle

    def overdue(self) -> None:
        """End the connection, unless what we waited for has come meanwhile."""
        self.due = None
        if self._transport is None or self._transport.is_closing():
            return
        if self.phase == "body" and self._body is not None and self._body.is_eof():
            self.phase, self._body = "", None
            if self._answered:
                self.is_answered()
            return
        if self.phase == "idle" and self._transport.get_write_buffer_size() > 0:
            self.due = self._loop.time() + self._guard.limits.idle
            return
        self._guard.cut[self.phase or "idle"] += 1
        self._transport.abort()
