"""A shell on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.cli.shell import Shell, shell


@pytest.fixture
async def sh(tmp_path: Path, any_database_url: str) -> AsyncIterator[Shell]:
    async with shell(tmp_path, any_database_url) as opened:
        yield opened


@pytest.fixture
async def lite(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Shell]:
    """On SQLite only, where the database makes no difference."""
    async with shell(tmp_path, sqlite_url) as opened:
        yield opened
