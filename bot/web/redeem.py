"""``GET /r/{code}``: a coupon as a page for the phone, with its code as a picture the shop can scan.

Who has the code may use it, so the page shows what the coupon is and nothing about whose it is. A code
that is unknown, used, expired or mistyped gets the same bytes, and many misses from one address close
the page for it for a while, hits included.
"""

from base64 import b64encode
from datetime import timedelta
from hashlib import sha256
from http import HTTPStatus
from io import BytesIO
from pathlib import Path

import segno
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.config import Config
from bot.domain.clock import Clock
from bot.domain.errors import StorageUnavailable
from bot.domain.scope import yuan
from bot.web.throttle import Throttle
from storage.database import Database
from storage.showing import Shown, usable

LONGEST_CODE = 64
MISSES = 20
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
        folders = [*config.template_paths, Path(__file__).resolve().parents[2] / "templates"]
        pages = Environment(
            loader=FileSystemLoader(folders), autoescape=True, undefined=StrictUndefined, auto_reload=False
        )
        self._page = pages.get_template(PAGE)
        style, _, _ = pages.loader.get_source(pages, STYLE) if pages.loader else ("", "", None)
        self._style = style.strip()
        digest = b64encode(sha256(self._style.encode()).digest()).decode()
        policy = f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'"
        self._headers = {
            "Content-Security-Policy": policy,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex",
        }

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
            self._misses.note(caller, now)
            return self._answer(HTTPStatus.NOT_FOUND)
        return self._answer(HTTPStatus.OK, found)

    async def _found(self, code: str) -> Shown | None:
        if len(code) > LONGEST_CODE or not code.isprintable():
            return None
        now = self._clock.now()
        return await self._database.read(lambda c: usable(c, code, now))

    def _answer(self, status: HTTPStatus, found: Shown | None = None, *, busy: bool = False) -> web.Response:
        text = self._page.render(
            app=self._config.app,
            coupon=self._coupon(found) if found else None,
            qr=_picture(found.code) if found else "",
            busy=busy,
            style=Markup(self._style),  # noqa: S704  our own file
        )
        return web.Response(status=status, text=text, content_type="text/html", headers=self._headers)

    def _coupon(self, found: Shown) -> dict[str, object]:
        batch = self._config.coupons[found.batch]
        day = found.expires_at.astimezone(self._config.app.zone)
        return {
            "title": batch.title,
            "min_spend": yuan(batch.min_spend),
            "max_off": yuan(batch.max_off),
            "code": found.code,
            "expires_on": f"{day.year}年{day.month}月{day.day}日 {day:%H:%M}",
        }


def _picture(code: str) -> Markup:
    """Return a code as an inline SVG."""
    out = BytesIO()
    segno.make(code, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, nl=False, omitsize=True, border=2
    )
    return Markup(out.getvalue().decode())  # noqa: S704  drawn by us; the code itself is only dots in it
