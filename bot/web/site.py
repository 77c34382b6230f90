"""The HTTP server: every door, behind the guard."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress

from aiohttp import web

from bot.web.callback import CallbackDoor
from bot.web.guard import ConnectionGuard, no_failure_shows
from bot.web.lane import Lane
from bot.web.reading import MAX_BODY

DRAIN_S = 20.0


class Site:
    """Serves the doors on one address."""

    def __init__(
        self,
        door: CallbackDoor,
        routes: Iterable[web.AbstractRouteDef] = (),
        partings: Iterable[Callable[[web.Application], Awaitable[None]]] = (),
    ) -> None:
        """Put the doors together; `routes` are those besides the platforms' own.

        `partings` end what would last for ever, once no request is taken any more.
        """
        self._lane = Lane(door)
        self.guard = ConnectionGuard(lane=self._lane)
        self.application = web.Application(
            middlewares=[self.guard.middleware, no_failure_shows], client_max_size=MAX_BODY
        )
        self.application.router.add_route("GET", "/callback/{account}", door.receive)
        self.application.router.add_route("POST", "/callback/{account}", door.receive)
        self.application.router.add_routes(list(routes))
        self.application.on_shutdown.extend(partings)
        self._runner = web.AppRunner(self.application, access_log=None, shutdown_timeout=DRAIN_S)
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> str:
        """Listen; return the address as a URL. Port 0 takes a free one."""
        await self._runner.setup()
        self._server = await self.guard.listen(self._runner, host, port)
        taken: Sequence[object] = self._server.sockets[0].getsockname()
        return f"http://{host}:{taken[1]}"

    async def stop(self) -> None:
        """Let requests under way end, then close."""
        if self._server is not None:
            self._server.close()
            with suppress(TimeoutError):
                async with asyncio.timeout(DRAIN_S):
                    await self._lane.drained()
                await self._runner.shutdown()
        await self.guard.stop()
        await self._runner.cleanup()
