"""The shop's own configuration against the pretend WeChat; ledgers and its rules are checked after."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.reports import audited
from tests.whole import Whole, whole


@pytest.fixture
async def community(tmp_path: Path, any_database_url: str) -> AsyncIterator[Whole]:
    async with whole(tmp_path, any_database_url) as running:
        yield running
        assert (await running.read(audited)).wrong == ()
        assert await running.listing("violations") == []
