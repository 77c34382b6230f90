"""Cuts connections that take their time, and keeps failures from showing.

aiohttp has no deadline for reading a request: unfinished headers, an unfinished body, or a connection
that says nothing stay open for ever. So each connection is watched from outside: a request's headers
must be there 5 s after the connection (or the request) began, its body 5 s after its headers.
"""

import asyncio
from contextlib import suppress

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.web.connection import Limits, Watched
from bot.web.lane import Lane

_LOOK_EVERY_S = 0.5

log = structlog.get_logger("web")


class ConnectionGuard:
    """Watches every connection of one server; `cut` counts those it ended, by reason."""

    def __init__(self, limits: Limits | None = None, lane: Lane | None = None) -> None:
        """Set the deadlines; nothing is watched before `listen`. A `lane` takes the usual callbacks."""
        self.limits = limits or Limits()
        self.lane = lane
        self.cut = {"headers": 0, "body": 0, "idle": 0, "full": 0}
        self.open: dict[asyncio.BaseTransport, Watched] = {}
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
            lambda: Watched(self, server()), host, port, reuse_port=reuse_port or None, backlog=1024
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
