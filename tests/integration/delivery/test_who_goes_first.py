"""Who is claimed first: what became due last, and with it some of what waits longest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.domain.outbox import OutboxMessage
from storage import outbox
from storage.database import Connection, Database
from storage.outbox.due import first_due
from tests.fakes import START

CROWD = 400


def _message(number: int, due_at_s: int) -> OutboxMessage:
    due = START + timedelta(seconds=due_at_s)
    later, via = START + timedelta(days=1), ("customer_service",)
    return OutboxMessage(f"k/{number}", number, "vip/thanks", "service", via, due, due, later)


@pytest.fixture
def queued(any_database_url: str) -> Iterator[Database]:
    """A campaign due at one moment, and twelve messages that became due after it."""

    def work(c: Connection) -> None:
        outbox.enqueue(c, [_message(number, 0) for number in range(1, CROWD + 1)])
        outbox.enqueue(c, [_message(CROWD + number, number) for number in range(1, 13)])

    with Database.open(any_database_url) as database:
        database.transact(work)
        yield database


def _first(database: Database, most: int, seconds: float = 60) -> list[int]:
    now = START + timedelta(seconds=seconds)
    return [member for _, member in database.transact(lambda c: first_due(c, None, most, now))]


def test_what_a_member_just_caused_does_not_stand_behind_a_campaign(queued: Database) -> None:
    found = _first(queued, 40)
    assert len(found) == len(set(found)) == 40
    assert set(range(CROWD + 1, CROWD + 13)) <= set(found)
    assert sum(member <= CROWD for member in found) == 28


def test_who_waits_longest_is_in_every_chunk_however_many_newer_ones_there_are(queued: Database) -> None:
    found = _first(queued, 8)
    assert sum(member <= CROWD for member in found) == 2
    assert sum(member > CROWD for member in found) == 6


def test_a_chunk_of_one_is_now_and_then_the_oldest(queued: Database) -> None:
    found = [_first(queued, 1, 60 + turn * 0.007)[0] for turn in range(40)]
    assert sum(member <= CROWD for member in found) == 10


def test_few_due_rows_are_all_of_them_once(queued: Database) -> None:
    found = _first(queued, 1000)
    assert sorted(found) == list(range(1, CROWD + 13))
