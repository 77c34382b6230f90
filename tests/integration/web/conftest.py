"""The whole program on each database, and a shop that talks to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.web.shop import Shop
from tests.whole import whole


@pytest.fixture
async def shop(tmp_path: Path, any_database_url: str) -> AsyncIterator[Shop]:
    async with whole(tmp_path, any_database_url) as running:
        yield Shop(running)


@pytest.fixture
async def small_shop(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Shop]:
    async with whole(tmp_path, sqlite_url) as running:
        yield Shop(running)
