from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.integration.channels.rig import Platform, pretend_platform
from tests.integration.channels.stage import Scene, staged


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as one:
        yield one


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    async with pretend_platform() as one:
        yield one


@pytest.fixture
async def scene(session: aiohttp.ClientSession) -> AsyncIterator[Scene]:
    async with staged(session) as one:
        yield one
