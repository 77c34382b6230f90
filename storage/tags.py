"""Tags: put on, taken off, expired."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, delete, or_, select

from bot.domain.effects import AddTag, RemoveTag
from bot.domain.folding import tag_after
from bot.domain.members import Tag
from storage.dialect import greatest, insert_for
from storage.reading import stamper
from storage.tables import table
from storage.tables.members import TagRow
from storage.writing import Bulk, Valued

TAG = table(TagRow)

Place = tuple[int, str]


def change(connection: Connection, changes: Sequence[tuple[AddTag | RemoveTag, str]]) -> None:
    """Add and remove tags, in order; each change comes with the account it came through.

    What comes of it for a member in memory is `bot.domain.folding.tag_after`.
    """
    if not changes:
        return
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
    REMOVE.run(connection, sorted(removed))
    stamp = stamper(connection)
    ADD.run(connection, [_row(place, *added[place], stamp) for place in sorted(added)])


def prune(connection: Connection, now: datetime) -> int:
    """Delete tags that have expired, and return how many."""
    return connection.execute(delete(TAG).where(TAG.c.expires_at <= now)).rowcount


def names(connection: Connection) -> list[str]:
    """Return every tag name in use, sorted."""
    return list(connection.execute(select(TAG.c.name).distinct().order_by(TAG.c.name)).scalars())


def _row(place: Place, tag: Tag, account: str, stamp: Callable[[datetime], Any]) -> tuple[Any, ...]:
    ends = stamp(tag.expires_at) if tag.expires_at is not None else None
    return (*place, tag.source, account, stamp(tag.at), ends)


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


def _adding(connection: Connection) -> Any:
    statement = insert_for(connection, TAG).inline()
    changes = _kept_or_fresh(connection)
    return statement.on_conflict_do_update(
        index_elements=["member_id", "name"],
        set_={name: change(TAG, statement.excluded) for name, change in changes.items()},
    )


ADD = Valued(_adding, "member_id", "name", "source", "account", "at", "expires_at")
REMOVE = Bulk(
    lambda _: delete(TAG).where(
        TAG.c.member_id == bindparam("of_member"), TAG.c.name == bindparam("of_name")
    ),
    "of_member",
    "of_name",
)
