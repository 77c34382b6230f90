"""The content library, and which of it a member is shown: pure, so that the same member gets the same three.

An item is anything with a title and an address. Whoever lets us know what they like gets what fits; a text
that is the same for everybody shows what is newest.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from hashlib import sha256

from bot.domain.value import value

MOST = 3
# In what a message uses: that it lists items, and that it links to one.
ITEMS = "items.*"
LINK = "links."


@value
class Item:
    """One entry of the library: shown from `since` and before `until`; `labels` are matched to tags."""

    name: str
    title: str
    url: str
    labels: tuple[str, ...] = ()
    summary: str = ""
    media: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def open(self, now: datetime) -> bool:
        """Return whether it may be shown at `now`."""
        return (self.since is None or self.since <= now) and (self.until is None or now < self.until)


@value
class Shelf:
    """What one message has at hand: items with their addresses, newest or fittest first, and named links."""

    items: tuple[tuple[Item, str], ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)


NOTHING = Shelf()


@value
class Library:
    """All items, the newest first; `uses` says which families of messages use ``items.*`` or ``links.NAME``.

    `base` is our own public address, without a slash at the end.
    """

    items: tuple[Item, ...] = ()
    uses: Mapping[str, frozenset[str]] = field(default_factory=dict)
    base: str = ""

    def lists(self, template: str) -> bool:
        """Return whether a message lists items."""
        return ITEMS in self.uses.get(template, ())

    def linked(self, template: str) -> tuple[str, ...]:
        """Return the names of the items a message links to."""
        return tuple(sorted(one.removeprefix(LINK) for one in self.uses.get(template, ()) if LINK in one))

    def named(self, names: Collection[str]) -> list[Item]:
        """Return these items in the library's order; a name it does not have (any more) is passed over."""
        return [item for item in self.items if item.name in names]

    def address(self, token: str) -> str:
        """Return the short address behind which a token leads to its item."""
        return f"{self.base}/l/{token}"


EMPTY = Library()


def choose(
    library: Library, seen: Collection[str], interests: Collection[str], now: datetime, most: int = MOST
) -> list[Item]:
    """Return at most `most` open items of which the member saw none, in the library's order.

    Those with the most labels in common are chosen, then the newest.
    """
    liked = frozenset(interests)
    fresh = [item for item in library.items if item.open(now) and item.name not in seen]
    fresh.sort(key=lambda item: -len(liked.intersection(item.labels)))
    return library.named([item.name for item in fresh[:most]])


def newest(library: Library, shown: Collection[str], now: datetime, most: int = MOST) -> list[Item]:
    """Return what everybody is shown: the newest that are open and not `shown`, else the newest again."""
    there = [item for item in library.items if item.open(now)]
    return [item for item in there if item.name not in shown][:most] or there[:most]


def common_token(scope: str, item: Item) -> str:
    """Return the token of a link that is the same for everybody within `scope`, such as a campaign's name."""
    return sha256(f"{scope}\n{item.name}\n{item.url}".encode()).hexdigest()[:20]


def common_shelf(library: Library, template: str, scope: str, items: Sequence[Item]) -> Shelf:
    """Return what a message that is the same for everybody has at hand."""
    return shelf_of(library, template, items, lambda item: common_token(scope, item))


def shelf_of(library: Library, template: str, items: Sequence[Item], token: Callable[[Item], str]) -> Shelf:
    """Return what a message has at hand: these items and its named links, each behind its token."""
    linked = library.named(library.linked(template))
    return Shelf(
        tuple((item, library.address(token(item))) for item in items),
        {item.name: library.address(token(item)) for item in linked},
    )


def shelf_scope(library: Library, template: str, shelf: Shelf) -> dict[str, object]:
    """Return what a template sees of a shelf; nothing where it asks for nothing."""
    values: dict[str, object] = {}
    if library.lists(template):
        values["items"] = [
            {"title": item.title, "summary": item.summary, "media": item.media, "link": address}
            for item, address in shelf.items
        ]
    if shelf.links:
        values["links"] = dict(shelf.links)
    return values
