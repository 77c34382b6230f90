"""``GET /me/{token}`` and ``GET /me``: a member's own page, by a link that they ask for and that opens once.

The link lives ten minutes and opens once: it then sets a cookie that shows the page for a quarter of an hour.
A link that is unknown, used or too old gets the same bytes. The page shows no phone, and of a name only its
first character. Machines that look ahead do not use a link up.
"""

from datetime import datetime, timedelta
from http import HTTPStatus

from aiohttp import web

from bot.config import Config
from bot.domain.activities.listing import activity_scope, open_ones
from bot.domain.clock import Clock
from bot.domain.coupons import Coupon
from bot.domain.errors import StorageUnavailable
from bot.domain.scope import yuan
from bot.rendering.environment import masked
from bot.web.leaflet import Leaflet, picture
from bot.web.links import TOKEN, looks_ahead
from bot.web.throttle import Throttle
from storage import holdings, mine, passes, switches
from storage.database import Connection, Database

MISSES = 20
WITHIN = timedelta(minutes=10)
COOKIE = "hetang_me"
MOST_COUPONS = 20


class OwnPage:
    """Serves the member's own page."""

    def __init__(self, database: Database, clock: Clock, config: Config) -> None:
        """Compile the page."""
        self._database = database
        self._clock = clock
        self._config = config
        self._misses = Throttle(MISSES, WITHIN)
        self._page = Leaflet(config.template_paths, "pages/me.html", "pages/me.css")

    def follow(self, config: Config) -> None:
        """Show what this configuration says from the next request on."""
        self._config = config

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the page."""
        return [web.get("/me/{token}", self.enter), web.get("/me", self.show)]

    async def enter(self, request: web.Request) -> web.Response:
        """Use the link up and lead on to the page (303), or say that it is no good (404, 429)."""
        token, caller, now = request.match_info["token"], request.remote or "", self._clock.now()
        if self._misses.full(caller, now):
            return self._answer(HTTPStatus.TOO_MANY_REQUESTS)
        if looks_ahead(request):
            return self._answer(HTTPStatus.OK)
        try:
            known = TOKEN.fullmatch(token) is not None
            secret = await self._database.write(lambda c: passes.enter(c, token, now)) if known else None
        except StorageUnavailable:
            return self._answer(HTTPStatus.SERVICE_UNAVAILABLE)
        if secret is None:
            self._misses.note(caller, now)
            return self._answer(HTTPStatus.NOT_FOUND)
        # The address that opened is gone from the browser's own list of pages as well.
        headers = {**self._page.headers, "Location": "/me"}
        response = web.Response(status=HTTPStatus.SEE_OTHER, headers=headers)
        response.set_cookie(
            COOKIE,
            secret,
            max_age=int(passes.SESSION.total_seconds()),
            path="/me",
            secure=self._config.server.public_url.startswith("https://"),
            httponly=True,
            samesite="Strict",
        )
        return response

    async def show(self, request: web.Request) -> web.Response:
        """Answer with the page of whoever's session the cookie is, or say that it is over (404)."""
        secret, caller, now = request.cookies.get(COOKIE, ""), request.remote or "", self._clock.now()
        if self._misses.full(caller, now):
            return self._answer(HTTPStatus.TOO_MANY_REQUESTS)

        def read(c: Connection) -> dict[str, object] | None:
            member_id = passes.member_of(c, secret, now)
            return self._shown(c, member_id) if member_id is not None else None

        try:
            found = await self._database.read(read) if TOKEN.fullmatch(secret) else None
        except StorageUnavailable:
            return self._answer(HTTPStatus.SERVICE_UNAVAILABLE)
        if found is None:
            if secret:
                self._misses.note(caller, now)
            return self._answer(HTTPStatus.NOT_FOUND)
        return self._answer(HTTPStatus.OK, found)

    def _shown(self, c: Connection, member_id: int) -> dict[str, object]:
        config, now = self._config, self._clock.now()
        stand = mine.standing(c, member_id)
        switched = switches.activities(switches.all_on(c))
        coupons = [one for one in holdings.usable(c, member_id, now) if one.batch in config.coupons]
        return {
            "name": masked(stand.name) if stand.name else "",
            "points": stand.points,
            "level": stand.level,
            "activities": [
                {**activity_scope(one), "until": self._day(one.closes) if one.closes else ""}
                for one in open_ones(config.activities, switched, now)
            ],
            "coupons": [
                {
                    "title": config.coupons[one.batch].title,
                    "min_spend": yuan(config.coupons[one.batch].min_spend),
                    "code": _code(config, one),
                    "until": self._day(one.expires_at),
                    "qr": "" if config.coupons[one.batch].cash else picture(one.code),
                }
                for one in coupons[:MOST_COUPONS]
            ],
        }

    def _day(self, moment: datetime) -> str:
        at = moment.astimezone(self._config.app.zone)
        return f"{at.month}月{at.day}日 {at:%H:%M}"

    def _answer(self, status: HTTPStatus, me: dict[str, object] | None = None) -> web.Response:
        busy = status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
        return self._page.answer(status, app=self._config.app, me=me, busy=busy)


def _code(config: Config, coupon: Coupon) -> str:
    """Return what is shown of a coupon's code: nobody types that of one which is used by paying."""
    cash = config.coupons[coupon.batch].cash
    return cash.note if cash is not None else coupon.code
