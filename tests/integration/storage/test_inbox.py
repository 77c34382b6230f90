"""Each key once, its answer kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from storage import inbox
from storage.database import Database
from storage.inbox import InboxEntry
from tests.fakes import START


def test_a_key_is_new_once_and_its_answer_is_given_again(database: Database) -> None:
    def first(c: Connection) -> set[str]:
        new = inbox.append(
            c, [InboxEntry("a", "shop"), InboxEntry("b", "shop"), InboxEntry("a", "shop")], START
        )
        inbox.store_answers(c, {"a": b"hello"})
        return new

    assert database.transact(first) == {"a", "b"}
    later = START + timedelta(seconds=5)
    again = database.transact(
        lambda c: inbox.append(c, [InboxEntry("a", "shop"), InboxEntry("c", "shop")], later)
    )
    assert again == {"c"}
    assert database.transact(lambda c: inbox.answers(c, ["a", "b", "nobody"])) == {"a": b"hello", "b": None}


def test_a_rolled_back_key_is_new_again(database: Database) -> None:
    def fail(c: Connection) -> None:
        inbox.append(c, [InboxEntry("a", "shop")], START)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        database.transact(fail)
    assert database.transact(lambda c: inbox.append(c, [InboxEntry("a", "shop")], START)) == {"a"}


def test_more_keys_than_one_statement_takes_are_all_noted(database: Database) -> None:
    entries = [InboxEntry(f"key {number}", "shop") for number in range(2500)]
    assert len(database.transact(lambda c: inbox.append(c, entries, START))) == 2500
    assert database.transact(lambda c: inbox.append(c, entries, START)) == set()


def test_the_inbox_does_not_keep_the_address_in_a_key(database: Database) -> None:
    database.transact(lambda c: inbox.append(c, [InboxEntry("oXyZ-secret-address", "shop")], START))
    stored = database.transact(lambda c: c.execute(select(inbox.INBOX.c.key)).scalars().all())
    assert "oXyZ" not in stored[0]


def test_old_keys_are_pruned_and_young_ones_stay(database: Database) -> None:
    database.transact(lambda c: inbox.append(c, [InboxEntry("old", "shop")], START))
    database.transact(lambda c: inbox.append(c, [InboxEntry("new", "shop")], START + timedelta(days=8)))
    assert database.transact(lambda c: inbox.prune(c, START + timedelta(days=9), timedelta(days=7))) == 1
    assert set(database.transact(lambda c: inbox.answers(c, ["old", "new"]))) == {"new"}
