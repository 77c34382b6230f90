"""Talking to a platform from the command line, with the tokens and uploads the program shares."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.channels.official_account import OfficialAccount
from bot.cli.desk import Desk
from bot.composition import session
from bot.connecting import channel_maker


@asynccontextmanager
async def connected(desk: Desk, account: str) -> AsyncIterator[OfficialAccount]:
    """Connect an account for the length of a block."""
    async with session() as calls:
        yield channel_maker(desk.config, calls, desk.database, desk.clock)(desk.config.accounts[account])
