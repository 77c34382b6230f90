"""Carrying out an injected fault on one API call."""

import asyncio

from aiohttp import web

from bot.sandbox.faults import Fault
from bot.sandbox.refusal import answer
from bot.sandbox.world import World

WRECKING = frozenset({"errcode", "http", "hang", "html", "reset", "accept_then_hang"})
_HANG_S = 30.0
_GLANCE_S = 0.05
_PAGE = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr>nginx</body></html>"


async def wreck(world: World, request: web.Request, fault: Fault) -> web.StreamResponse:
    """The answer that ``fault`` gives, or a connection that is cut."""
    if fault.kind == "errcode":
        return web.json_response(answer(int(fault.value or -1), world.rid()))
    if fault.kind == "http":
        status = int(fault.value or 502)
        return web.Response(text=_PAGE.format(status), status=status, content_type="text/html")
    if fault.kind == "html":
        return web.Response(text=_PAGE.format(fault.value or "502 Bad Gateway"), content_type="text/html")
    if fault.kind in ("hang", "accept_then_hang"):
        await _hold(request, float(fault.value or _HANG_S))
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _hold(request: web.Request, seconds: float) -> None:
    """Say nothing for so long, or until the caller has given up."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    while (  # noqa: ASYNC110 - aiohttp sets no event when a client hangs up
        loop.time() < ends and request.transport is not None and not request.transport.is_closing()
    ):
        await asyncio.sleep(_GLANCE_S)
