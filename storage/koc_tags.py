"""The tag of those whom others listen to, put on and taken off by their index."""

from datetime import datetime

from sqlalchemy import Connection, select

from bot.domain.effects import AddTag, RemoveTag
from bot.domain.events import TAG_ADDED, TAG_REMOVED, Scalar
from storage import announcements, tags
from storage.reports import koc
from storage.tags import TAG

KOC = "KOC"
SOURCE = "koc:index"
EVERYBODY = 10**9


def mark(connection: Connection, least: int, now: datetime) -> tuple[int, int]:
    """Let exactly those of at least this index carry the tag; return how many got and how many lost it.

    A tag that somebody else put on stays as it is.
    """
    due = {one.member_id for one in koc.ranking(connection, now, EVERYBODY) if one.index >= least}
    rows = connection.execute(select(TAG.c.member_id, TAG.c.source).where(TAG.c.name == KOC))
    carried = {int(row.member_id): str(row.source) for row in rows}
    ours = {member_id for member_id, source in carried.items() if source == SOURCE}
    come, gone = sorted(due - carried.keys()), sorted(ours - due)
    changes: list[tuple[AddTag | RemoveTag, str]] = [
        *((AddTag(member_id, KOC, SOURCE, now), "clock") for member_id in come),
        *((RemoveTag(member_id, KOC, SOURCE, now), "clock") for member_id in gone),
    ]
    tags.change(connection, changes)
    for kind, ids in ((TAG_ADDED, come), (TAG_REMOVED, gone)):
        about: dict[str, Scalar] = {"tag": KOC}
        told = [(f"koc:{now:%Y-%m-%d}:{member_id}#{kind}", member_id, about) for member_id in ids]
        announcements.announce(connection, told, kind, now)
    return len(come), len(gone)
