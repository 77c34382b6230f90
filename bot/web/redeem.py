"""``GET /r/{code}``: a coupon as a page for the phone, with its code as a picture the shop can scan.

Who has the code may use it, so the page shows what the coupon is and nothing about whose it is. A code
that is unknown, used, expired or mistyped gets the same bytes, and many misses from one address close
the page for it for a while, hits included.
"""

from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus

from aiohttp import web

from bot.config import Config
from bot.domain.alarms import GUESSING, WARNING
from bot.domain.clock import Clock
from bot.domain.errors import StorageUnavailable
from bot.domain.scope import yuan
from bot.web.leaflet import Leaflet, picture
from bot.web.throttle import Throttle
from storage import alerts
from storage.database import Database
from storage.showing import Shown, usable

LONGEST_CODE = 64
MISSES = 5
WITHIN = timedelta(minutes=10)
PAGE = "pages/coupon.html"
STYLE = "pages/coupon.css"


class Landing:
    """Serves the coupon page from the templates folder."""

    def __init__(self, database: Database, clock: Clock, config: Config) -> None:
        """Compile the page; raises jinja2.TemplateNotFound when no template folder has it."""
        self._database = database
        self._clock = clock
        self._config = config
        self._misses = Throttle(MISSES, WITHIN)
        self._page = Leaflet(config.template_paths, PAGE, STYLE)

    def follow(self, config: Config) -> None:
        """Show the coupons of this configuration from the next request on."""
        self._config = config

    def routes(self) -> list[web.RouteDef]:
        """Return the route of the page."""
        return [web.get("/r/{code}", self.show)]

    async def show(self, request: web.Request) -> web.Response:
        """Answer with the coupon (200), with nothing to show (404), or with a pause (429)."""
        code = request.match_info["code"]
        caller = request.remote or ""
        now = self._clock.now()
        if self._misses.full(caller, now):
            return self._answer(HTTPStatus.TOO_MANY_REQUESTS, busy=True)
        try:
            found = await self._found(code)
        except StorageUnavailable:
            return self._answer(HTTPStatus.SERVICE_UNAVAILABLE, busy=True)
        if found is None or found.batch not in self._config.coupons:
            await self._missed(caller)
            return self._answer(HTTPStatus.NOT_FOUND)
        return self._answer(HTTPStatus.OK, found)

    async def _missed(self, caller: str) -> None:
        """Count a miss; operators hear of somebody who tries again and again."""
        now = self._clock.now()
        self._misses.note(caller, now)
        if self._misses.full(caller, now):
            with suppress(StorageUnavailable):
                await self._database.write(
                    lambda c: alerts.raise_(c, GUESSING, WARNING, f"{MISSES} codes within minutes", now)
                )

    async def _found(self, code: str) -> Shown | None:
        if len(code) > LONGEST_CODE or not code.isprintable():
            return None
        now = self._clock.now()
        return await self._database.read(lambda c: usable(c, code, now))

    def _answer(self, status: HTTPStatus, found: Shown | None = None, *, busy: bool = False) -> web.Response:
        return self._page.answer(
            status,
            app=self._config.app,
            coupon=self._coupon(found) if found else None,
            qr=self._qr(found) if found else "",
            busy=busy,
        )

    def _qr(self, found: Shown) -> str:
        """Return the code to be read at the till; none of a coupon that is used by paying."""
        return "" if self._config.coupons[found.batch].cash else picture(found.code)

    def _coupon(self, found: Shown) -> dict[str, object]:
        batch = self._config.coupons[found.batch]
        day = found.expires_at.astimezone(self._config.app.zone)
        return {
            "title": batch.title,
            "min_spend": yuan(batch.min_spend),
            "max_off": yuan(batch.max_off),
            "code": batch.cash.note if batch.cash is not None else found.code,
            "expires_on": f"{day.year}年{day.month}月{day.day}日 {day:%H:%M}",
        }
