"""Statements run over many rows at a time do what they would row by row."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from bot.domain.events import MESSAGE
from storage import events, inbox
from storage.database import Database
from storage.directory import owners
from storage.inbox import InboxEntry
from storage.members import new_member
from storage.tables import table
from storage.tables.events import InboxRow
from storage.tables.members import IdentityRow, MemberRow
from storage.writing import Bulk, Valued
from tests.fakes import START

COUNTS = [0, 1, 2, 3, 31, 63, 64, 65, 200]


def people(c: Connection, count: int) -> list[int]:
    member = table(MemberRow)
    rows = [new_member(START)] * count
    return list(c.execute(member.insert().returning(member.c.id), rows).scalars()) if rows else []


@pytest.mark.parametrize("count", COUNTS)
def test_every_number_of_rows_goes_in_whole(database: Database, count: int) -> None:
    def work(c: Connection) -> list[object]:
        ids = people(c, count)
        happened = [events.Happened(one, MESSAGE, START, f"k{one}") for one in ids]
        events.append(c, [*happened, *happened], START)
        found = text("SELECT (SELECT count(*) FROM event), (SELECT coalesce(sum(count), 0) FROM tally)")
        return list(c.execute(found).one())

    assert database.transact(work) == [2 * count, 2 * count]


def test_activity_only_moves_forward(database: Database) -> None:
    def work(c: Connection) -> object:
        (one,) = people(c, 1)
        for at in (START, START.replace(year=2025), START.replace(year=2027)):
            events.append(c, [events.Happened(one, MESSAGE, at)], START)
            seen.append(c.execute(text("SELECT last_at FROM tally")).scalar_one())
        return None

    seen: list[object] = []
    database.transact(work)
    assert seen[0] == seen[1] != seen[2]


@pytest.mark.parametrize("count", [1, 5, 64, 100])
def test_keys_are_new_once_whether_all_are_or_some(database: Database, count: int) -> None:
    def entries(first: int) -> list[InboxEntry]:
        return [InboxEntry(f"shop:@{number:016x}:{number}", "shop") for number in range(first, first + count)]

    def work(c: Connection) -> list[set[str]]:
        return [inbox.append(c, entries(first), START) for first in (0, 0, count // 2)]

    fresh, again, partly = database.transact(work)
    assert fresh == {one.key for one in entries(0)}
    assert again == set()
    assert partly == {one.key for one in entries(count // 2)} - fresh


def test_keys_that_say_when_they_were_made_lie_in_that_order(database: Database) -> None:
    def work(c: Connection) -> list[str]:
        keys = [f"shop:@{number:016x}:{number % 7}" for number in range(50, 0, -1)]
        inbox.append(c, [InboxEntry(key, "shop") for key in keys], START)
        row = table(InboxRow)
        return [str(one) for one in c.execute(row.select().order_by(row.c.key)).scalars()]

    stored = database.transact(work)
    assert [int(one[:16], 16) for one in stored] == list(range(1, 51))
    assert inbox.digest("a:b") != inbox.digest("a:c")


def test_names_with_every_kind_of_character_find_their_owner(database: Database) -> None:
    names = ["shop:a\"b\\c'd", "shop:荷塘\n\t", "shop:😀\u2028", "shop:" + "x" * 400]

    def work(c: Connection) -> dict[str, int]:
        ids = people(c, len(names))
        row = {"account": "shop", "following": True, "since": START, "source": "", "cipher": None}
        rows = [{"known_as": name, "member_id": one, **row} for name, one in zip(names, ids, strict=True)]
        c.execute(table(IdentityRow).insert(), rows)
        found = owners(c, names)
        return {name: found[name] - ids[0] for name in names}

    assert database.transact(work) == {name: place for place, name in enumerate(names)}


def test_a_refused_row_is_told_without_its_values(database: Database) -> None:
    insert = Valued(
        lambda _c: text("INSERT INTO tombstone (digest, member_id, erased_at) VALUES (:d, :m, :e)"),
        "d", "m", "e",
    )  # fmt: skip
    rows: list[tuple[object, ...]] = [("secret-digest", None, "2026-01-01 00:00:00")]
    with pytest.raises(DBAPIError) as raised:
        database.transact(lambda c: insert.run(c, rows))
    assert "secret-digest" not in str(raised.value)


def test_a_refused_statement_is_told_without_its_values(database: Database) -> None:
    def work(c: Connection) -> None:
        c.execute(
            text("INSERT INTO tombstone (digest, member_id, erased_at) VALUES (:d, :m, :e)"),
            {"d": "secret-digest", "m": None, "e": "2026-01-01 00:00:00"},
        )

    with pytest.raises(DBAPIError) as raised:
        database.transact(work)
    assert "secret-digest" not in str(raised.value)


def test_a_statement_that_lists_other_places_is_refused(database: Database) -> None:
    wrong = Valued(lambda _c: text("DELETE FROM tombstone WHERE digest = :d"), "d")
    if database.dialect == "sqlite":
        with pytest.raises(TypeError, match="no VALUES"):
            database.transact(lambda c: wrong.run(c, [("x",)]))
    right = Bulk(lambda _c: text("DELETE FROM tombstone WHERE digest = :d"), "d")
    assert database.transact(lambda c: right.run(c, [("x",), ("y",)])) == 0
