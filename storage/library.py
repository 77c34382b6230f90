"""What members are shown of the content library, never the same twice, and the short addresses to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from secrets import token_urlsafe

from sqlalchemy import Connection, delete, select

from bot.domain.content_choice import (
    Item,
    Library,
    Shelf,
    choose,
    common_shelf,
    common_token,
    newest,
    shelf_of,
)
from storage.dialect import chunks, insert_new
from storage.tables import table
from storage.tables.contents import LinkRow, ShownRow
from storage.tables.delivery import OutboxRow

SHOWN = table(ShownRow)
LINK = table(LinkRow)
OUTBOX = table(OutboxRow)
TOKEN_BYTES = 12
# Marks the key of a link that a message names itself.
NAMED = "#named"
# How a message ended that nobody saw: what it would have shown is free again.
UNSEEN = ("failed", "skipped", "expired")


@dataclass(frozen=True, slots=True)
class Wish:
    """A message that is about to be worded; one that is not `personal` is the same for everybody.

    `scope` names what is said to everybody at once, such as a firing, and begins with `series`, such as its
    campaign: what one firing showed everybody the next ones don't.
    """

    key: str
    member_id: int
    template: str
    scope: str = ""
    series: str = ""
    tags: tuple[str, ...] = ()
    personal: bool = True


@dataclass(slots=True)
class _Known:
    """What the ledgers know of the members at hand."""

    seen: dict[int, set[str]] = field(default_factory=dict)
    by_key: dict[str, list[str]] = field(default_factory=dict)
    clicked: dict[int, set[str]] = field(default_factory=dict)
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)
    common: dict[str, list[Item]] = field(default_factory=dict)


def stock(c: Connection, wishes: Sequence[Wish], library: Library, now: datetime) -> dict[str, Shelf]:
    """Return what each message (by its key) has at hand, chosen and kept in the caller's transaction.

    Asking again for the same key gives the same. The members must be held, see `lock_members`.
    """
    wishes = [one for one in wishes if library.lists(one.template) or library.linked(one.template)]
    if not wishes or not library.items:
        return {}
    known = _known(c, [one for one in wishes if one.personal])
    links: list[dict[str, object]] = []
    shown: list[dict[str, object]] = []
    shelves = {}
    for wish in wishes:
        items = _items(c, wish, library, known, now)
        shown += [
            {"member_id": wish.member_id, "item": item.name, "at": now, "key": wish.key} for item in items
        ]
        known.seen.setdefault(wish.member_id, set()).update(item.name for item in items)
        if wish.personal:
            token = partial(_token, wish, known, links, now)
            shelves[wish.key] = shelf_of(library, wish.template, items, token)
        else:
            shelves[wish.key] = common_shelf(library, wish.template, wish.scope, items)
            links += _common_links(wish, items, library, now)
    insert_new(c, SHOWN, shown, ["member_id", "item"])
    insert_new(c, LINK, _once(links), ["token"])
    return shelves


def _items(c: Connection, wish: Wish, library: Library, known: _Known, now: datetime) -> list[Item]:
    if not library.lists(wish.template):
        return []
    if not wish.personal:
        if wish.scope not in known.common:
            known.common[wish.scope] = _common(c, wish, library, now)
        return known.common[wish.scope]
    kept = known.by_key.get(wish.key)
    if kept:
        return library.named(kept)  # a further try shows what the first one did
    liked = {label for item in library.named(known.clicked.get(wish.member_id, ())) for label in item.labels}
    return choose(library, known.seen.get(wish.member_id, ()), liked.union(wish.tags), now)


def _common(c: Connection, wish: Wish, library: Library, now: datetime) -> list[Item]:
    """Return what is shown to everybody at once: what it was before, else what no earlier one showed."""
    series = wish.series or wish.scope
    told = select(LINK.c.key, LINK.c.name).where(
        LINK.c.member_id.is_(None), LINK.c.key.startswith(series, autoescape=True)
    )
    by_scope: dict[str, list[str]] = {}
    for key, name in c.execute(told):
        if not key.endswith(NAMED):
            by_scope.setdefault(key, []).append(name)
    if wish.scope in by_scope:
        return library.named(by_scope[wish.scope])
    return newest(library, {name for names in by_scope.values() for name in names}, now)


def _common_links(
    wish: Wish, items: Sequence[Item], library: Library, now: datetime
) -> list[dict[str, object]]:
    """Return the rows of links everybody gets; those a message names itself say nothing of what was shown."""
    own = library.named(library.linked(wish.template))
    rows = [_row(common_token(wish.scope, item), item, None, wish.scope + NAMED, now) for item in own]
    return [*(_row(common_token(wish.scope, item), item, None, wish.scope, now) for item in items), *rows]


def _token(wish: Wish, known: _Known, links: list[dict[str, object]], now: datetime, item: Item) -> str:
    token = known.tokens.get((wish.key, item.name))
    if token is None:
        token = known.tokens[wish.key, item.name] = token_urlsafe(TOKEN_BYTES)
        links.append(_row(token, item, wish.member_id, wish.key, now))
    return token


def _row(token: str, item: Item, member_id: int | None, key: str, now: datetime) -> dict[str, object]:
    row = LinkRow(token=token, name=item.name, url=item.url, member_id=member_id, key=key, at=now)
    return row.model_dump()


def _once(rows: Iterable[dict[str, object]]) -> list[dict[str, object]]:
    """Return the rows, the first of each token."""
    found: dict[object, dict[str, object]] = {}
    for row in rows:
        found.setdefault(row["token"], row)
    return list(found.values())


def _known(c: Connection, wishes: Sequence[Wish]) -> _Known:
    known = _Known()
    members = sorted({one.member_id for one in wishes})
    for ids in chunks(members):
        _forget_unseen(c, ids)
        for row in c.execute(select(SHOWN).where(SHOWN.c.member_id.in_(ids)).order_by(SHOWN.c.item)):
            known.seen.setdefault(row.member_id, set()).add(row.item)
            known.by_key.setdefault(row.key, []).append(row.item)
        clicked = select(LINK.c.member_id, LINK.c.name).where(LINK.c.member_id.in_(ids), LINK.c.clicks > 0)
        for member_id, name in c.execute(clicked):
            known.clicked.setdefault(member_id, set()).add(name)
    for keys in chunks(one.key for one in wishes):
        mine = select(LINK).where(LINK.c.member_id.in_(members), LINK.c.key.in_(keys)).order_by(LINK.c.token)
        for row in c.execute(mine):
            known.tokens.setdefault((row.key, row.name), row.token)
    return known


def _forget_unseen(c: Connection, members: Sequence[int]) -> None:
    """Let what only messages showed that never arrived count as not shown."""
    lost = select(OUTBOX.c.key).where(OUTBOX.c.member_id.in_(members), OUTBOX.c.state.in_(UNSEEN))
    c.execute(delete(SHOWN).where(SHOWN.c.member_id.in_(members), SHOWN.c.key.in_(lost)))
