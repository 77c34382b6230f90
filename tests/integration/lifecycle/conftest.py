"""A database of each kind for every test."""

from collections.abc import Iterator

import pytest

from storage.database import Database


@pytest.fixture
def database(any_database_url: str) -> Iterator[Database]:
    with Database.open(any_database_url) as opened:
        yield opened
