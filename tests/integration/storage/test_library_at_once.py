"""Two messages of one member claimed at the same moment show nothing twice, since the member is held."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import Connection, select

from bot.domain.content_choice import choose
from storage.database import Database
from storage.dialect import insert_new, lock_members
from storage.library import SHOWN, Wish, stock
from tests.integration.storage.test_library import LIBRARY, NOW, person

Claim = Callable[[Connection, str], list[str]]


def chosen_at_once(database: Database, claim: Claim) -> list[str]:
    """Return all that two messages show which are claimed at the same moment."""
    with ThreadPoolExecutor(2) as pool:
        claimed = pool.map(lambda key: database.transact(lambda c: claim(c, key)), ("a", "b"))
        return [name for names in claimed for name in names]


def test_what_is_claimed_at_once_with_the_member_held_repeats_nothing(database: Database) -> None:
    one = person(database)

    def claim(c: Connection, key: str) -> list[str]:
        lock_members(c, [one])
        found = stock(c, [Wish(key, one, "digest")], LIBRARY, NOW)[key]
        return [item.name for item, _ in found.items]

    both = chosen_at_once(database, claim)
    assert len(both) == len(set(both)) == 6


def test_what_is_claimed_at_once_without_holding_the_member_would_repeat(postgres_url: str) -> None:
    """The naive twin, where several write at once."""
    both_read = Barrier(2)
    with Database.open(postgres_url) as database:
        one = person(database)

        def claim(c: Connection, key: str) -> list[str]:
            seen = set(c.execute(select(SHOWN.c.item).where(SHOWN.c.member_id == one)).scalars())
            both_read.wait(5)
            names = [item.name for item in choose(LIBRARY, seen, (), NOW)]
            rows = [{"member_id": one, "item": name, "at": NOW, "key": key} for name in names]
            insert_new(c, SHOWN, rows, ["member_id", "item"])
            return names

        both = chosen_at_once(database, claim)
    assert (len(both), len(set(both))) == (6, 3)
