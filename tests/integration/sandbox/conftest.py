from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from bot.sandbox import Running, running
from tests.integration.sandbox.bot_side import Bot, Stage, running_bot

START = "2026-12-01T10:00:00+08:00"


@pytest.fixture
async def sandbox() -> AsyncIterator[Running]:
    async with running(seed=7) as one:
        yield one


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    async with running_bot() as one:
        yield one


@pytest.fixture
async def bare(sandbox: Running) -> AsyncIterator[Stage]:
    """A sandbox at a fixed moment with nothing in it."""
    async with ClientSession(sandbox.url) as session:
        stage = Stage(session)
        await stage.post("clock", set=START)
        yield stage


@pytest.fixture
async def stage(bare: Stage) -> Stage:
    """An account without a callback URL, and 小明 following it."""
    await bare.register()
    await bare.post("follow", from_="小明")
    return bare


@pytest.fixture
async def played(bare: Stage, bot: Bot) -> Stage:
    """An account whose callbacks reach ``bot``."""
    await bare.register(bot.url)
    return bare
