"""Looking members up by what they are known as."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, func, select

from bot.domain.events import InboundEvent
from bot.domain.identity import Identity, member_id_of
from storage.dialect import listed, within
from storage.names import is_number, stored_name
from storage.reading import Gathered, Query, Rows
from storage.tables import table
from storage.tables.members import IdentityRow, MemberRow

MEMBER = table(MemberRow)
IDENTITY = table(IdentityRow)

_OWNERS = Gathered(
    lambda c: select(IDENTITY.c.known_as, IDENTITY.c.member_id).where(within(c, IDENTITY.c.known_as))
)
_NUMBERS = Query(
    lambda c: select(MEMBER.c.id, func.coalesce(MEMBER.c.merged_into, MEMBER.c.id)).where(
        within(c, MEMBER.c.id), MEMBER.c.erased_at.is_(None)
    )
)


def find(connection: Connection, who: str) -> int | None:
    """Return the member behind ``m12``, ``member:m12``, ``account:address``, ``unionid:…``, ``phone:…``.

    A merged member's number leads to who they became; None when nobody is meant.
    """
    known_as = who if ":" in who else f"member:{who}"
    name = stored_name(connection, known_as)
    return owners(connection, {name}).get(name) if name else None


def owners_of(connection: Connection, known: Iterable[Identity]) -> dict[Identity, int]:
    """Return the member id of each identity that has one."""
    names = {known_as: stored_name(connection, known_as) for known_as in known}
    found = owners(connection, {name for name in names.values() if name})
    return {known_as: found[name] for known_as, name in names.items() if name in found}


def names_of(connection: Connection, event: InboundEvent) -> dict[str, Identity]:
    """Return the stored form of everything the event calls its member, with the form it was given in."""
    if not event.also_known_as:
        name = stored_name(connection, event.known_as) if event.known_as else None
        return {name: event.known_as} if name is not None else {}
    names: dict[str, Identity] = {}
    for known_as in (event.known_as, *event.also_known_as):
        name = stored_name(connection, known_as) if known_as else None
        if name is not None:
            names[name] = known_as
    return names


def owners(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """Return the living member behind each stored name that has one."""
    found: dict[str, int] = {}
    numbers: dict[str, int] = {}
    plain: list[str] = []
    for name in names:
        if not is_number(name):
            plain.append(name)
        elif (member_id := member_id_of(name)) is not None:
            numbers[name] = member_id
    if plain:
        found.update(_pairs(_OWNERS.rows(connection, ids=listed(connection, plain))))
    if numbers:
        rows = _NUMBERS.rows(connection, ids=listed(connection, numbers.values()))
        roots = _pairs(rows)
        found.update({name: roots[number] for name, number in numbers.items() if number in roots})
    return found


def _pairs(rows: Rows) -> dict[Any, int]:
    return {row[0]: row[1] for row in rows}
