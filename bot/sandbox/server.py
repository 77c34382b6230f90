"""The sandbox as an aiohttp application, a server, and a context manager for tests."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import ClientSession, TCPConnector, web

from bot.sandbox.api.door import serve_api
from bot.sandbox.control import clockface, play, stage, view
from bot.sandbox.control.door import Handler, Room
from bot.sandbox.control.door import serve as serve_control
from bot.sandbox.sides.corp_api import serve_archive, serve_corp
from bot.sandbox.sides.onebot import OneBotSide
from bot.sandbox.sides.payment_api import serve_payments
from bot.sandbox.sides.robot_doors import late_answer, robot_socket
from bot.sandbox.timekeeper import Timekeeper
from bot.sandbox.world import World

_LARGEST_UPLOAD = 16 * 1024 * 1024
_CONNECTIONS = 64
WORLD: web.AppKey[World] = web.AppKey("world", World)


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox that is up: its base URL, and its state for tests that look inside."""

    url: str
    world: World


def build_app(seed: int = 0) -> web.Application:
    """The whole sandbox: the platform's API, the control API, and the two tasks that run beside them."""
    world = World(seed)
    room = Room(world, Timekeeper(world))
    app = web.Application(client_max_size=_LARGEST_UPLOAD)
    app[WORLD] = world
    routes: dict[tuple[str, str], Handler] = {
        **stage.ROUTES,
        **play.ROUTES,
        **clockface.ROUTES,
        **view.ROUTES,
    }
    for (method, name), handler in routes.items():
        app.router.add_route(method, f"/_sandbox/{name}", serve_control(room, handler))
    app.router.add_post("/onebot/{name}", _gateway(world))
    app.router.add_route("*", "/qy/cgi-bin/{path:.*}", serve_corp(world))
    app.router.add_route("*", "/v3/{path:.*}", serve_payments(world))
    app.router.add_get("/archive/records", serve_archive(world))
    app.router.add_get("/openws", robot_socket(world))
    app.router.add_post("/cgi-bin/aibot/response", late_answer(world))
    app.router.add_route("*", "/{path:.*}", serve_api(world))
    app.cleanup_ctx.append(_background(room))
    app.on_shutdown.append(_let_go)
    return app


def _gateway(world: World) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def serve(request: web.Request) -> web.Response:
        side = world.sides.get(request.match_info["name"])
        if not isinstance(side, OneBotSide):
            return web.Response(status=404)
        return await side.serve(request)

    return serve


def _background(room: Room) -> Callable[[web.Application], AsyncIterator[None]]:
    async def context(_app: web.Application) -> AsyncIterator[None]:
        connector = TCPConnector(limit=_CONNECTIONS)
        async with ClientSession(connector=connector, auto_decompress=False) as session:
            room.world.session = session
            pulse = asyncio.get_running_loop().create_task(room.timekeeper.run())
            yield
            pulse.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await pulse
            await room.world.stop()

    return context


async def _let_go(app: web.Application) -> None:
    app[WORLD].presence.close()


@asynccontextmanager
async def running(seed: int = 0, port: int = 0, host: str = "127.0.0.1") -> AsyncIterator[Running]:
    """A sandbox on loopback for as long as the block lasts; port 0 takes a free one."""
    app = build_app(seed)
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        bound = runner.addresses[0][1]
        app[WORLD].url = f"http://{host}:{bound}"
        yield Running(app[WORLD].url, app[WORLD])
    finally:
        await runner.cleanup()


async def serve(
    port: int = 9901, seed: int = 0, host: str = "127.0.0.1", lifeline: int | None = None
) -> None:
    """Run a sandbox until SIGTERM or SIGINT, or until nobody holds the other end of `lifeline` any more."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if lifeline is not None:
        loop.add_reader(lifeline, _watch, lifeline, stop)
    async with running(seed, port, host):
        await stop.wait()


def _watch(lifeline: int, stop: asyncio.Event) -> None:
    if not os.read(lifeline, 4096):
        asyncio.get_running_loop().remove_reader(lifeline)
        stop.set()
