"""Groups and who is in them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, func, select, update

from bot.domain.effects import JoinGroup, LeaveGroup
from bot.domain.events import GROUP_CHANGED, GROUP_MESSAGE, QUIET_IN_GROUP, InboundEvent
from bot.domain.identity import Identity, split
from storage.dialect import chunks, replacing, upsert
from storage.tables import table
from storage.tables.events import EventRow
from storage.tables.groups import GroupMemberRow, GroupRow
from storage.tables.members import IdentityRow, TallyRow

GROUP = table(GroupRow)
INSIDE = table(GroupMemberRow)
IDENTITY = table(IdentityRow)
TALLY = table(TallyRow)
EVENT = table(EventRow)


@dataclass(frozen=True, slots=True)
class Group:
    """A group as operators and channels see it."""

    known_as: Identity
    name: str
    version: str
    dismissed: bool


@dataclass(frozen=True, slots=True)
class Quiet:
    """Somebody in a group who has said nothing in any since then."""

    member_id: int
    group: Identity
    since: datetime


def note(connection: Connection, events: Sequence[InboundEvent], now: datetime) -> dict[Identity, str]:
    """Keep the groups these events speak of; return the name of each, empty while nobody told it.

    What the platform tells of a group itself comes as `group.changed`.
    """
    wanted = sorted({event.group for event in events if event.group})
    if not wanted:
        return {}
    known = find(connection, wanted)
    rows = [
        {"known_as": one, "account": split(one)[0], "name": "", "owner": "", "version": "",
         "dismissed": False, "since": now}
        for one in wanted
        if one not in known
    ]  # fmt: skip
    upsert(connection, GROUP, rows, ["known_as"], {"account": lambda _table, new: new.account})
    for event in events:
        if event.kind == GROUP_CHANGED and event.group:
            _change(connection, event)
    told = {event.group for event in events if event.kind == GROUP_CHANGED}
    if told:
        known = find(connection, wanted)
    return {one: known[one].name if one in known else "" for one in wanted}


def find(connection: Connection, names: Collection[Identity]) -> dict[Identity, Group]:
    """Return the groups among these that are known."""
    g = GROUP.c
    found: dict[Identity, Group] = {}
    for part in chunks(sorted(names)):
        statement = select(g.known_as, g.name, g.version, g.dismissed).where(g.known_as.in_(part))
        found |= {row.known_as: Group(*row) for row in connection.execute(statement)}
    return found


def addresses(connection: Connection, chat: Identity) -> frozenset[Identity]:
    """Return the addresses at the group's account of who is in it now."""
    here = IDENTITY.c.account == split(chat)[0]
    statement = (
        select(IDENTITY.c.known_as)
        .join(INSIDE, INSIDE.c.member_id == IDENTITY.c.member_id)
        .where(INSIDE.c.chat == chat, INSIDE.c.left_at.is_(None), here)
    )
    return frozenset(connection.execute(statement).scalars())


def places(connection: Connection, member_id: int) -> tuple[tuple[str, datetime, str], ...]:
    """Return the groups a member is in: name (or address), since when, and how they came."""
    statement = (
        select(GROUP.c.name, INSIDE.c.chat, INSIDE.c.joined_at, INSIDE.c.state, INSIDE.c.scene)
        .join(GROUP, GROUP.c.known_as == INSIDE.c.chat)
        .where(INSIDE.c.member_id == member_id, INSIDE.c.left_at.is_(None))
        .order_by(INSIDE.c.joined_at)
    )
    return tuple(
        (row.name or row.chat, row.joined_at, row.state or row.scene) for row in connection.execute(statement)
    )


def quiet(connection: Connection, before: datetime, most: int) -> list[Quiet]:
    """Return who is in a group since before then, said nothing since, and was not told of since that."""
    spoke, told = TALLY.alias(), TALLY.alias()
    since = case((spoke.c.last_at > INSIDE.c.joined_at, spoke.c.last_at), else_=INSIDE.c.joined_at)
    mine = INSIDE.c.member_id
    statement = (
        select(mine, func.min(INSIDE.c.chat), func.min(since))
        .outerjoin(spoke, (spoke.c.member_id == mine) & (spoke.c.kind == GROUP_MESSAGE))
        .outerjoin(told, (told.c.member_id == mine) & (told.c.kind == QUIET_IN_GROUP))
        .where(
            INSIDE.c.left_at.is_(None),
            since < before,
            told.c.last_at.is_(None) | (told.c.last_at < since),
        )
        .group_by(mine)
        .order_by(mine)
        .limit(most)
    )
    return [Quiet(*row) for row in connection.execute(statement)]


def said_since(connection: Connection, at: datetime, most: int = 5000) -> list[tuple[int, str]]:
    """Return who said what in groups since then, the newest first."""
    statement = (
        select(EVENT.c.member_id, EVENT.c.properties)
        .where(EVENT.c.kind == GROUP_MESSAGE, EVENT.c.at >= at)
        .order_by(EVENT.c.at.desc())
        .limit(most)
    )
    return [(row[0], str(row[1].get("text") or "")) for row in connection.execute(statement)]


def move(connection: Connection, effects: Iterable[JoinGroup | LeaveGroup]) -> None:
    """Carry out joins and leaves, in the order given."""
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    left: dict[tuple[str, int], datetime] = {}
    for one in effects:
        place = (one.group, one.member_id)
        if isinstance(one, LeaveGroup):
            left[place] = one.at
            if place in rows:
                rows[place]["left_at"] = one.at
            continue
        left.pop(place, None)
        rows[place] = _row(one)
    _join(connection, [rows[place] for place in sorted(rows)])
    for (chat, member_id), at in sorted(left.items()):
        mine = (INSIDE.c.chat == chat, INSIDE.c.member_id == member_id, INSIDE.c.left_at.is_(None))
        connection.execute(update(INSIDE).where(*mine).values(left_at=at))


def _row(one: JoinGroup) -> dict[str, Any]:
    return {
        "chat": one.group,
        "member_id": one.member_id,
        "account": split(one.group)[0],
        "joined_at": one.at,
        "left_at": None,
        "scene": one.scene,
        "state": one.state,
    }


def _join(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Who is inside already keeps how they came; who left comes anew."""
    upsert(
        connection,
        INSIDE,
        rows,
        ["chat", "member_id"],
        replacing("joined_at", "left_at", "scene", "state"),
        where=lambda old, _new: old.c.left_at.is_not(None),
    )


def _change(connection: Connection, event: InboundEvent) -> None:
    given = event.properties
    values: dict[str, Any] = {
        name: str(given[name]) for name in ("name", "owner", "version") if given.get(name) is not None
    }
    if given.get("dismissed"):
        values["dismissed"] = True
        inside = (INSIDE.c.chat == event.group, INSIDE.c.left_at.is_(None))
        connection.execute(update(INSIDE).where(*inside).values(left_at=event.at))
    if values:
        connection.execute(update(GROUP).where(GROUP.c.known_as == event.group).values(**values))
