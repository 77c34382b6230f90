"""A small page for the phone: one template and one style of ours, no script, nothing kept by any cache."""

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import segno
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

OWN = Path(__file__).resolve().parents[2] / "templates"


class Leaflet:
    """A page from the templates folder."""

    def __init__(self, folders: Sequence[Path], page: str, style: str) -> None:
        """Compile the page; raises jinja2.TemplateNotFound when no template folder has it."""
        pages = Environment(
            loader=FileSystemLoader([*folders, OWN]),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
        )
        self._page = pages.get_template(page)
        text, _, _ = pages.loader.get_source(pages, style) if pages.loader else ("", "", None)
        self._style = text.strip()
        digest = b64encode(sha256(self._style.encode()).digest()).decode()
        policy = f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'; base-uri 'none'"
        self.headers = {
            "Content-Security-Policy": policy,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex",
        }

    def answer(self, status: int, **values: object) -> web.Response:
        """Return the page with these values."""
        style = Markup(self._style)  # noqa: S704  our own file
        text = self._page.render(style=style, **values)
        return web.Response(status=status, text=text, content_type="text/html", headers=self.headers)


def picture(code: str) -> Markup:
    """Return a code as an inline SVG."""
    out = BytesIO()
    segno.make(code, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, nl=False, omitsize=True, border=2
    )
    return Markup(out.getvalue().decode())  # noqa: S704  drawn by us; the code itself is only dots in it
