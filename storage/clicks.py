"""Short addresses being opened: counted, and announced once for the member whose link it was."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.domain.content_choice import Item, Library, common_token
from bot.domain.events import LINK_CLICKED
from storage import announcements
from storage.dialect import insert_new
from storage.library import LINK
from storage.tables.contents import LinkRow


def target(c: Connection, token: str, library: Library) -> str | None:
    """Return where a token leads, None when it leads nowhere."""
    found: str | None = c.execute(select(LINK.c.url).where(LINK.c.token == token)).scalar()
    if found is None:
        item = standing(library).get(token)
        return item.url if item is not None else None
    return found


def opened(c: Connection, token: str, library: Library, now: datetime) -> None:
    """Count that somebody opened a link; of a member's own link the first time becomes an event."""
    item = standing(library).get(token)
    if item is not None:
        row = LinkRow(token=token, name=item.name, url=item.url, at=now)
        insert_new(c, LINK, [row.model_dump()], ["token"])
    changed = (
        update(LINK)
        .where(LINK.c.token == token)
        .values(clicks=LINK.c.clicks + 1)
        .returning(LINK.c.name, LINK.c.member_id, LINK.c.clicks)
    )
    found = c.execute(changed).one_or_none()
    if found is None or found.clicks > 1:
        return
    c.execute(update(LINK).where(LINK.c.token == token).values(first_at=now))
    if found.member_id is None:
        return
    labels = [label for one in library.named([found.name]) for label in one.labels]
    properties = {"item": found.name, "labels": ",".join(labels)}
    announcements.announce(c, [(f"link/{token}#clicked", found.member_id, properties)], LINK_CLICKED, now)


def standing(library: Library) -> dict[str, Item]:
    """Return the items by the tokens of links that are the same in every message for everybody."""
    return {common_token("", item): item for item in library.items}
