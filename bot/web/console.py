"""The console: read-only pages. Without a login it exists in the demo only, and on loopback only."""

import ipaddress
from collections.abc import Callable
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.domain.clock import Clock
from bot.web.dashboard import Checked, Dashboard, gather
from bot.web.page import STATIC, Pages
from storage.database import Connection, Database

CSP = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'"
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_HOSTS = ("127.0.0.1", "localhost", "::1")


class Console:
    """Serves the dashboard of one database; `promises` tells what the demo has checked so far."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        zone: ZoneInfo,
        pages: Pages,
        promises: Callable[[], tuple[Checked, ...]] = tuple,
    ) -> None:
        """Hold the parts."""
        self._database = database
        self._clock = clock
        self._zone = zone
        self._pages = pages
        self._promises = promises

    def routes(self) -> list[web.RouteDef]:
        """Return what the site serves for the console."""
        return [
            web.get("/console", self.page),
            web.get("/console/", self.page),
            web.get("/console/static/{name}", self.static),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """Answer with the dashboard, in Chinese unless ``?lang=en``."""
        only_loopback(request)
        board = await self._database.read(self._gathered)
        html = self._pages.console(board, request.query.get("lang", "zh"))
        return web.Response(
            text=html, content_type="text/html", headers={**HEADERS, "Cache-Control": "no-store"}
        )

    async def static(self, request: web.Request) -> web.Response:
        """Answer with one of the page's own files; no other name exists."""
        only_loopback(request)
        name = request.match_info["name"]
        if name not in STATIC:
            raise web.HTTPNotFound
        path = self._pages.static / name
        kind = _TYPES[path.suffix]
        headers = {**HEADERS, "Cache-Control": "max-age=3600"}
        return web.Response(body=path.read_bytes(), content_type=kind, charset="utf-8", headers=headers)

    def _gathered(self, c: Connection) -> Dashboard:
        return gather(c, self._zone, self._clock.now(), self._promises())


def only_loopback(request: web.Request) -> None:
    """Refuse whoever is not on this machine, by the connection and by the name they asked for.

    The second keeps a web page elsewhere from reaching the console through a name that it makes
    resolve to 127.0.0.1.
    """
    host = request.host.rpartition(":")[0] if not request.host.endswith("]") else request.host
    host = (host or request.host).strip("[]")
    try:
        near = ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        near = False
    if not near or host not in _HOSTS:
        raise web.HTTPForbidden(text="the demo's console is for this machine only")
