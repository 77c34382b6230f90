"""Finding the member an operator means: by number, by address, or by the end of a phone number."""

import re
from collections.abc import Iterator

from sqlalchemy import Connection, select

from storage import directory
from storage.names import opened_phone
from storage.privacy import NoKeys, Unreadable, mask_phone
from storage.tables import table
from storage.tables.members import IdentityRow

IDENTITY = table(IdentityRow)
LAST_FOUR = re.compile(r"\d{4}", re.ASCII)
MASKED = re.compile(r"\d{3}\*{3,4}\d{4}", re.ASCII)
PAGE = 1000
MOST = 20


def members(connection: Connection, name: str) -> list[int]:
    """Return whoever answers to ``m12``, ``account:address``, ``1234`` or ``138****1234``; at most 20.

    A phone's end is looked for by opening every stored number in turn, as only their hashes are indexed.
    """
    name = name.strip()
    if LAST_FOUR.fullmatch(name) or MASKED.fullmatch(name):
        return _by_phone(connection, name)
    try:
        found = directory.find(connection, name)
    except NoKeys:
        return []
    return [found] if found is not None else []


def _by_phone(connection: Connection, name: str) -> list[int]:
    found: dict[int, None] = {}
    wanted = re.sub(r"\*+", "****", name)
    for member_id, cipher in _phones(connection):
        try:
            number = opened_phone(connection, cipher, member_id)
        except (Unreadable, NoKeys):
            continue
        if number.endswith(name) or mask_phone(number) == wanted:
            found[member_id] = None
            if len(found) == MOST:
                break
    return sorted(found)


def _phones(connection: Connection) -> Iterator[tuple[int, bytes]]:
    last = ""
    while True:
        page = connection.execute(
            select(IDENTITY.c.known_as, IDENTITY.c.member_id, IDENTITY.c.cipher)
            .where(IDENTITY.c.known_as > last, IDENTITY.c.cipher.is_not(None))
            .order_by(IDENTITY.c.known_as)
            .limit(PAGE)
        ).all()
        yield from ((row.member_id, bytes(row.cipher)) for row in page)
        if len(page) < PAGE:
            return
        last = page[-1].known_as
