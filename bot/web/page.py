"""The console's page, and the same page as one file that needs nobody."""

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.web import charts, words
from bot.web.dashboard import Dashboard
from bot.web.words import Words

INLINE = ("console.css", "console.js", "echarts.min.js")
STATIC = (*INLINE, "icon.svg")


@dataclass(frozen=True, slots=True)
class Tile:
    """One number at a glance."""

    what: str
    number: str
    aside: str
    unit: str = ""


class Pages:
    """Renders the dashboard; every value is escaped, whatever the template says."""

    def __init__(self, templates: Path) -> None:
        """Compile what stands below the `templates` folder."""
        self._templates = templates
        self._jinja = Environment(
            loader=FileSystemLoader(templates), autoescape=True, undefined=StrictUndefined, auto_reload=False
        )
        self._catalogue = words.read(templates)

    @property
    def static(self) -> Path:
        """Return the folder of the files that the page fetches."""
        return self._templates / "console" / "static"

    def console(self, board: Dashboard, language: str) -> str:
        """Return the page as the console serves it; it fetches its files from /console/static."""
        return self._rendered("console/page.html", board, language, switch=True)

    def report(self, board: Dashboard, language: str) -> str:
        """Return the page as one self-contained file."""
        # Our own files, which must not be escaped inside <style> and <script>.
        assets = {name: Markup((self.static / name).read_text(encoding="utf-8")) for name in INLINE}  # noqa: S704  our own
        return self._rendered("reports/demo.html", board, language, switch=False, assets=assets)

    def _rendered(
        self,
        name: str,
        board: Dashboard,
        language: str,
        *,
        switch: bool,
        assets: dict[str, Markup] | None = None,
    ) -> str:
        word = Words(self._catalogue, language)
        return self._jinja.get_template(name).render(
            board=board,
            word=word,
            tiles=tiles(board, word),
            options=charts.options(board, word),
            switch=switch,
            assets=assets or {},
        )


def tiles(board: Dashboard, word: Words) -> list[Tile]:
    """Return the four numbers on top."""
    sums = board.totals
    queued = sum(board.states.values())
    return [
        Tile(
            word("tile", "members"),
            f"{sums['members']:,}",
            f"{sums['members'] - sums['unfollowed']:,} {word('tile', 'following')}",
        ),
        Tile(
            word("tile", "amount"),
            f"{sums['amount'] / 100:,.0f}",
            f"{sums['orders']:,} {word('tile', 'orders')}",
            word("page", "money"),
        ),
        Tile(word("tile", "sent"), f"{sums['sent']:,}", f"{word('tile', 'queued_of')} {queued:,}"),
        Tile(
            word("tile", "issued"),
            f"{sums['issued']:,}",
            f"{sums['redeemed']:,} {word('tile', 'redeemed')}",
        ),
    ]
