"""A fresh shop for each test, on each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from storage.database import Database
from tests.fakes import ManualClock
from tests.integration.delivery.house import House


@pytest.fixture
def house(any_database_url: str, manual_clock: ManualClock) -> Iterator[House]:
    with Database.open(any_database_url) as database:
        yield House(database, manual_clock)
