"""An open, migrated database with keys, of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from storage.database import Database
from storage.privacy import Keyring


def ring(key: str = "field key", index_key: str = "index key") -> Keyring:
    numbers = count(1)
    return Keyring.of(key, index_key, lambda size: next(numbers).to_bytes(size, "big"))


@pytest.fixture
def keyring() -> Keyring:
    return ring()


@pytest.fixture
def database(any_database_url: str, keyring: Keyring) -> Iterator[Database]:
    with Database.open(any_database_url, keyring) as opened:
        yield opened
