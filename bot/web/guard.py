"""Cuts connections that take their time, and keeps failures from showing.

aiohttp has no deadline for reading a request: unfinished headers, an unfinished body, or a connection
that says nothing stay open for ever. So each connection is watched from outside: a request's headers
must be there 5 s after the connection (or the request) began, its body 5 s after its headers.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

import structlog
from aiohttp import StreamReader, web
from aiohttp.typedefs import Handler, Middleware

HEADERS_WITHIN_S = 5.0
BODY_WITHIN_S = 5.0
IDLE_S = 75.0
MAX_CONNECTIONS = 2000
_LOOK_EVERY_S = 0.5

log = structlog.get_logger("web")


@dataclass(frozen=True, slots=True)
class Limits:
    """Deadlines in seconds, and how many connections may be open at once."""

    headers: float = HEADERS_WITHIN_S
    body: float = BODY_WITHIN_S
    idle: float = IDLE_S
    connections: int = MAX_CONNECTIONS


class ConnectionGuard:
    """Watches every connection of one server; `cut` counts those it ended, by reason."""

    def __init__(self, limits: Limits | None = None) -> None:
        """Set the deadlines; nothing is watched before `listen`."""
        self.limits = limits or Limits()
        self.cut = {"headers": 0, "body": 0, "idle": 0, "full": 0}
        self.open: dict[asyncio.BaseTransport, _Watched] = {}
        self._sweeper: asyncio.Task[None] | None = None

    async def listen(
        self, runner: web.AppRunner, host: str, port: int, *, reuse_port: bool = False
    ) -> asyncio.Server:
        """Serve a runner that was set up, on this address, with every connection watched.

        Port 0 takes a free one. Close the returned server, then `stop` us, then clean up the runner.
        """
        server = runner.server
        if server is None:
            raise RuntimeError("the runner was not set up")
        self._sweeper = asyncio.create_task(self._sweep())
        return await asyncio.get_running_loop().create_server(
            lambda: _Watched(self, server()), host, port, reuse_port=reuse_port or None, backlog=1024
        )

    async def stop(self) -> None:
        """Stop watching."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweeper
            self._sweeper = None

    @property
    def middleware(self) -> Middleware:
        """The outermost middleware: it tells the guard where each request stands."""

        @web.middleware
        async def watch(request: web.Request, handler: Handler) -> web.StreamResponse:
            watched = self.open.get(request.transport) if request.transport is not None else None
            if watched is None:
                return await handler(request)
            watched.has_headers(request.content)
            try:
                return await handler(request)
            finally:
                watched.is_answered()

        return watch

    async def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            now = loop.time()
            for watched in [one for one in self.open.values() if one.due is not None and one.due <= now]:
                watched.overdue()


class _Watched(asyncio.Protocol):
    """Stands between a connection and aiohttp's protocol; passes everything on and notes the time.

    `phase` is what is waited for: ``headers``, ``body``, ``idle`` (the next request) or nothing.
    """

    __slots__ = ("_answered", "_body", "_guard", "_inner", "_loop", "_transport", "due", "phase")

    def __init__(self, guard: ConnectionGuard, inner: asyncio.Protocol) -> None:
        self._guard = guard
        self._inner = inner
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._body: StreamReader | None = None
        self._answered = False
        self.phase = "headers"
        self.due: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
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
        if self.phase == "idle":
            self.phase = "headers"
            self.due = self._loop.time() + self._guard.limits.headers
        if self.phase != "full":
            self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received() if self.phase != "full" else False

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()

    def connection_lost(self, error: Exception | None) -> None:
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


@web.middleware
async def no_failure_shows(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer 503 instead of 500 when a handler fails: the caller may try again, and sees no traceback."""
    try:
        return await handler(request)
    except (web.HTTPException, asyncio.CancelledError):
        raise
    except Exception:
        resource = request.match_info.route.resource
        log.exception("request_failed", route=resource.canonical if resource else "")
        return web.Response(status=503, text="unavailable")
