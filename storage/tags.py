"""Tags: put on, taken off, expired."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, delete, or_, select

from bot.domain.effects import AddTag, RemoveTag
from bot.domain.folding import tag_after
from bot.domain.members import Tag
from storage.dialect import greatest, upsert
from storage.tables import table
from storage.tables.members import TagRow

TAG = table(TagRow)
KEYS = ("member_id", "name")

Place = tuple[int, str]


def change(connection: Connection, changes: Sequence[tuple[AddTag | RemoveTag, str]]) -> None:
    """Add and remove tags, in order; each change comes with the account it came through.

    What comes of it for a member in memory is `bot.domain.folding.tag_after`.
    """
    removed: set[Place] = set()
    added: dict[Place, tuple[Tag, str]] = {}
    for effect, account in changes:
        place = (effect.member_id, effect.name)
        if isinstance(effect, RemoveTag):
            removed.add(place)
            added.pop(place, None)
        else:
            old = added.get(place)
            added[place] = (tag_after(old[0] if old else None, effect), old[1] if old else account)
    if removed:
        connection.execute(
            delete(TAG).where(TAG.c.member_id == bindparam("of_member"), TAG.c.name == bindparam("of_name")),
            [{"of_member": member_id, "of_name": name} for member_id, name in sorted(removed)],
        )
    rows = [_row(place, *added[place]) for place in sorted(added)]
    upsert(connection, TAG, rows, KEYS, _kept_or_fresh(connection))


def prune(connection: Connection, now: datetime) -> int:
    """Delete tags that have expired, and return how many."""
    return connection.execute(delete(TAG).where(TAG.c.expires_at <= now)).rowcount


def names(connection: Connection) -> list[str]:
    """Return every tag name in use, sorted."""
    return list(connection.execute(select(TAG.c.name).distinct().order_by(TAG.c.name)).scalars())


def _row(place: Place, tag: Tag, account: str) -> dict[str, Any]:
    return {
        "member_id": place[0],
        "name": place[1],
        "source": tag.source,
        "account": account,
        "at": tag.at,
        "expires_at": tag.expires_at,
    }


def _kept_or_fresh(connection: Connection) -> Any:
    """An expired tag is put on afresh; a live one keeps its first time and gets the later expiry."""

    def over(old: Any, new: Any) -> Any:
        return and_(old.c.expires_at.is_not(None), old.c.expires_at <= new.at)

    def keep(name: str) -> Any:
        return lambda old, new: case((over(old, new), new[name]), else_=old.c[name])

    def end(old: Any, new: Any) -> Any:
        for_ever = or_(old.c.expires_at.is_(None), new.expires_at.is_(None))
        later = greatest(connection, old.c.expires_at, new.expires_at)
        return case((over(old, new), new.expires_at), (for_ever, None), else_=later)

    return {"source": keep("source"), "account": keep("account"), "at": keep("at"), "expires_at": end}
