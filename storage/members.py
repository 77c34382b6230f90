"""Who is who: from an identity outside to one member inside, in bulk."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from bot.domain.events import (
    ARCHIVE_DISAGREED,
    ERASURE_ASKED,
    GROUP_RECALLED,
    JOINED_GROUP,
    LEFT_GROUP,
    UNFOLLOWED,
    InboundEvent,
)
from bot.domain.identity import Identity, split
from storage import merge
from storage.dialect import insert_for, inserted
from storage.directory import find, names_of, owners, owners_of
from storage.names import is_number, stored_row
from storage.snapshots import NOTHING, Wanted, load
from storage.tables import table
from storage.tables.members import IdentityRow, MemberRow

__all__ = ["NOTHING", "Wanted", "find", "load", "owners_of", "resolve"]

MEMBER = table(MemberRow)
IDENTITY = table(IdentityRow)

# These do not prove that a push can reach the member now.
_INDIRECT = frozenset({UNFOLLOWED, ERASURE_ASKED, JOINED_GROUP, LEFT_GROUP})
# Nobody is made only to be forgotten, or to have gone.
_FORGETTING = frozenset({UNFOLLOWED, ERASURE_ASKED, ARCHIVE_DISAGREED, LEFT_GROUP, GROUP_RECALLED})


@dataclass(slots=True)
class _Group:
    """Who the names of a group belong to; people not stored yet have negative numbers."""

    owners: dict[str, int]
    moved: dict[int, int] = field(default_factory=dict)
    born: dict[int, InboundEvent] = field(default_factory=dict)
    told_by: dict[str, tuple[Identity, InboundEvent]] = field(default_factory=dict)

    def root(self, member_id: int) -> int:
        """Return who this member has become by the merges of this group."""
        while member_id in self.moved:
            member_id = self.moved[member_id]
        return member_id

    def place(self, names: Mapping[str, Identity], event: InboundEvent) -> int | None:
        """Return the owner of these names after joining everyone they prove to be one person."""
        known = sorted({self.root(self.owners[name]) for name in names if name in self.owners}, key=_age)
        if not known and event.kind in _FORGETTING:
            return None
        owner = known[0] if known else -1 - len(self.born)
        if not known:
            self.born[owner] = event
        for other in known[1:]:
            self.moved[other] = owner
        for name, known_as in names.items():
            if name not in self.owners:
                self.owners[name] = owner
                self.told_by[name] = (known_as, event)
        return owner


def resolve(connection: Connection, events: Sequence[InboundEvent], now: datetime) -> list[int | None]:
    """Return the member id of each event, creating members for identities nobody has.

    Names that one event proves to belong together become one member, see `storage.merge`. None for an
    account-level event (no `known_as`), for a member number nobody has, and when a stranger unfollows.
    """
    named = [names_of(connection, event) for event in events]
    known = owners(connection, {name for names in named for name in names})
    found = [known.get(name) for names in named for name in names]
    if len(found) == len(named) and None not in found and all(named):
        return found  # everybody has one name, and it is somebody's
    group = _Group(known)
    # A number nobody has names nobody, and makes nobody.
    named = [{n: as_ for n, as_ in names.items() if n in known or not is_number(n)} for names in named]
    placed = [
        group.place(names, event) if names else None for names, event in zip(named, events, strict=True)
    ]
    stored = _store(connection, group, now)
    return [stored(member_id) if member_id is not None else None for member_id in placed]


def _age(member_id: int) -> tuple[bool, int]:
    """Order members by age: stored ones by number, then those not stored yet in order of appearance."""
    return member_id < 0, abs(member_id)


def _store(connection: Connection, group: _Group, now: datetime) -> Callable[[int], int]:
    """Write the new members, names and merges of a group; return what maps its ids to stored ones."""
    born = {member_id: event for member_id, event in group.born.items() if member_id not in group.moved}
    numbers = dict(zip(born, _create(connection, list(born.values()), now), strict=True))

    def stored(member_id: int) -> int:
        root = group.root(member_id)
        return numbers.get(root, root)

    merges: dict[int, set[int]] = {}
    for loser in group.moved:
        if loser > 0:
            merges.setdefault(stored(loser), set()).add(loser)
    for name, (ours, theirs) in _attach(connection, group, stored).items():
        group.owners[name] = theirs
        merges.setdefault(theirs, set()).add(ours)
        numbers = {born_as: theirs if number == ours else number for born_as, number in numbers.items()}
    for survivor, losers in merges.items():
        merge.merge(connection, survivor, sorted(losers), now)
    return stored


def _create(connection: Connection, firsts: Sequence[InboundEvent], now: datetime) -> list[int]:
    if not firsts:
        return []
    rows = [new_member(min(event.at, now)) for event in firsts]
    statement = MEMBER.insert().returning(MEMBER.c.id, sort_by_parameter_order=True)
    return list(connection.execute(statement, rows).scalars())


def new_member(known_since: datetime) -> dict[str, object]:
    """Return the row of a member of whom nothing is known yet."""
    return {
        "stage": "",
        "attributes": {},
        "provenance": {},
        "known_since": known_since,
        "unfollowed": False,
    }


def _attach(
    connection: Connection, group: _Group, stored: Callable[[int], int]
) -> dict[str, tuple[int, int]]:
    """Write new names; return those that another transaction was quicker with: (ours, theirs)."""
    rows = {
        name: stored_row(
            connection,
            name,
            known_as,
            stored(group.owners[name]),
            following=_reachable(known_as, event),
            since=event.at,
            source=event.account,
        )
        for name, (known_as, event) in sorted(group.told_by.items())
        if not is_number(name)
    }
    if not rows:
        return {}
    statement = insert_for(connection, IDENTITY).on_conflict_do_nothing(index_elements=["known_as"])
    written = set(inserted(connection, statement, list(rows.values()), IDENTITY.c.known_as))
    lost = [name for name in rows if name not in written]
    theirs = owners(connection, lost) if lost else {}
    pairs = {name: (int(rows[name]["member_id"]), theirs[name]) for name in lost}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _reachable(known_as: Identity, event: InboundEvent) -> bool:
    """Tell whether the event proves that pushes through this identity's account arrive."""
    direct = event.kind.startswith("member.") and event.kind not in _INDIRECT
    return direct and known_as == event.known_as and split(known_as)[0] == event.account
