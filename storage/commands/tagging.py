"""Tags and notes by an operator's hand; the rules hear of a tag as of any other."""

from sqlalchemy import Connection, select

from bot.domain import storable
from bot.domain.commanding.acts import Done, NoteMember, TagMembers
from bot.domain.effects import AddTag, RemoveTag
from bot.domain.events import TAG_ADDED, TAG_REMOVED
from storage import announcements, profile, tags
from storage.commands import plans
from storage.commands.orders import Deeds, Given
from storage.commands.people import meant, several
from storage.commands.tables import NOTE
from storage.tables import table
from storage.tables.members import TagRow

TAG = table(TagRow)


def _tag(c: Connection, act: TagMembers, given: Given) -> Done:
    ids, problem = _everybody(c, act.whom)
    if problem is not None:
        return problem
    changed = retag(c, ids, act.tags, given, add=act.add)
    back = {
        "ids": sorted({member_id for member_id, _ in changed}),
        "tags": list(act.tags),
        "add": not act.add,
    }
    code = plans.done(c, "tag", given, back) if changed else ""
    return Done("tagged" if act.add else "untagged", code, tuple(ids), len(changed), names=act.tags)


def retag(
    c: Connection, ids: list[int], names: tuple[str, ...], given: Given, *, add: bool
) -> list[tuple[int, str]]:
    """Put tags on or take them off, announce what changed, and return it: (member, tag)."""
    carried = {
        (row.member_id, row.name)
        for row in c.execute(
            select(TAG.c.member_id, TAG.c.name).where(TAG.c.member_id.in_(ids), TAG.c.name.in_(names))
        )
    }
    wanted = [(member_id, name) for member_id in ids for name in names]
    changed = [place for place in wanted if (place not in carried) is add]
    source = f"operator:{given.by.signed}"
    effects: list[tuple[AddTag | RemoveTag, str]] = [
        (
            AddTag(member_id, name, source, given.now)
            if add
            else RemoveTag(member_id, name, source, given.now),
            "console",
        )
        for member_id, name in changed
    ]
    tags.change(c, effects)
    announcements.announce(
        c,
        [
            (f"{given.key}#{'tag' if add else 'untag'}:{member_id}:{name}", member_id, {"tag": name})
            for member_id, name in changed
        ],
        TAG_ADDED if add else TAG_REMOVED,
        given.now,
    )
    _look_again(c, {member_id for member_id, _ in changed}, given)
    return changed


def _note(c: Connection, act: NoteMember, given: Given) -> Done:
    ids = meant(c, act.whom)
    if len(ids) != 1:
        return _unclear(c, act.whom, ids)
    row = {
        "member_id": ids[0],
        "at": given.now,
        "by": given.by.signed,
        "text": storable.text(act.text, 500),
    }
    c.execute(NOTE.insert(), row)
    return Done("noted", members=tuple(ids))


def _everybody(c: Connection, whom: tuple[str, ...]) -> tuple[list[int], Done | None]:
    ids: list[int] = []
    for name in whom:
        found = meant(c, name)
        if len(found) != 1:
            return [], _unclear(c, name, found)
        ids += found
    return sorted(set(ids)), None


def _unclear(c: Connection, name: str, ids: list[int]) -> Done:
    return Done("several" if ids else "nobody", several=several(c, ids), said=name, count=len(ids))


def _look_again(c: Connection, ids: set[int], given: Given) -> None:
    profile.set_reviews(c, dict.fromkeys(ids, given.now))


DEEDS: Deeds = {TagMembers: _tag, NoteMember: _note}
