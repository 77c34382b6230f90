"""``GET /l/{token}``: the short addresses in messages. Counted, then on to where the library says.

The address names nobody; whose it was stands in our table. It leads nowhere but to what the configuration's
library once listed. Machines that look ahead are sent on too, and not counted.
"""

import re
from datetime import timedelta
from http import HTTPStatus

from aiohttp import web

from bot.config import Config
from bot.domain.clock import Clock
from bot.domain.content_choice import Library
from bot.domain.errors import StorageUnavailable
from bot.web.leaflet import Leaflet
from bot.web.throttle import Throttle
from storage import clicks
from storage.database import Connection, Database

TOKEN = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)
MISSES = 20
WITHIN = timedelta(minutes=10)
# Programs that fetch what people are about to open: previews, crawlers, safety scans.
MACHINES = re.compile(r"bot\b|spider|crawl|preview|scan|curl|wget|python", re.IGNORECASE)


class Links:
    """Leads from short addresses to the library's."""

    def __init__(self, database: Database, clock: Clock, config: Config) -> None:
        """Compile the page for addresses that lead nowhere."""
        self._database = database
        self._clock = clock
        self._misses = Throttle(MISSES, WITHIN)
        self._page = Leaflet(config.template_paths, "pages/link.html", "pages/coupon.css")
        self.follow(config)

    def follow(self, config: Config) -> None:
        """Lead to the library of this configuration from the next request on."""
        self._app = config.app
        self._library = Library(config.content, base=config.server.public_url)

    def routes(self) -> list[web.RouteDef]:
        """Return the route of the addresses."""
        return [web.get("/l/{token}", self.open)]

    async def open(self, request: web.Request) -> web.Response:
        """Answer with the way on (302), with nothing there (404), or with a pause (429)."""
        token, caller, now = request.match_info["token"], request.remote or "", self._clock.now()
        if self._misses.full(caller, now):
            return self._answer(HTTPStatus.TOO_MANY_REQUESTS)
        library, counted = self._library, not looks_ahead(request)

        def work(c: Connection) -> str | None:
            url = clicks.target(c, token, library)
            if url is not None and counted:
                clicks.opened(c, token, library, now)
            return url

        try:
            known = TOKEN.fullmatch(token) is not None
            url = await self._database.write(work) if known else None
        except StorageUnavailable:
            return self._answer(HTTPStatus.SERVICE_UNAVAILABLE)
        if url is None or not url.startswith(("https://", "http://")):
            self._misses.note(caller, now)
            return self._answer(HTTPStatus.NOT_FOUND)
        headers = {**self._page.headers, "Location": url}
        return web.Response(status=HTTPStatus.FOUND, headers=headers)

    def _answer(self, status: HTTPStatus) -> web.Response:
        return self._page.answer(status, app=self._app, busy=status != HTTPStatus.NOT_FOUND)


def looks_ahead(request: web.Request) -> bool:
    """Return whether no person opens this."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    agent = request.headers.get("User-Agent", "")
    return request.method == "HEAD" or "prefetch" in purpose or MACHINES.search(agent) is not None
