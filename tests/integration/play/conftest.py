"""An open, migrated database with keys, of each kind; and a house with lotteries, whose ledgers balance."""

from collections.abc import Iterator

import pytest

from storage.database import Database
from storage.reports import audited
from tests.integration.play.drawing import furnish
from tests.integration.play.referring import member
from tests.integration.storage.conftest import database, keyring

__all__ = ["database", "house", "keyring"]


@pytest.fixture
def house(database: Database) -> Iterator[Database]:
    database.transact(furnish)
    yield database
    assert database.transact(audited).wrong == ()


@pytest.fixture
def town(database: Database) -> Database:
    """A town of nine members."""
    for number in range(1, 10):
        member(database, number)
    return database
