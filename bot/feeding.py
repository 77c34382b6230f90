"""What channels with connections of their own hear, brought to the dispatcher in order and never dropped."""

import asyncio
from collections.abc import Sequence
from functools import partial

import structlog

from bot.dispatcher import Dispatcher
from bot.domain.channel import Callback, Channel
from bot.domain.clock import Clock
from bot.domain.errors import CallbackUnintelligible, StorageUnavailable
from bot.domain.identity import Identity
from storage import chores, groups
from storage.database import Database

PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0

log = structlog.get_logger("dispatcher")


class Feed:
    """The door of channels that are told nothing twice: what could not be stored is brought again."""

    def __init__(self, dispatcher: Dispatcher, database: Database, clock: Clock) -> None:
        """Bring what is heard to this dispatcher; what channels ask is looked up in the database."""
        self._dispatcher = dispatcher
        self._database = database
        self._clock = clock

    async def hear(self, callbacks: Sequence[Callback], channel: Channel) -> list[bytes]:
        """Return what answers each once all of them are stored, in order."""
        answers: list[bytes] = []
        pause = PAUSE_S
        while len(answers) < len(callbacks):
            try:
                answers += await self._stored(callbacks[len(answers) :], channel)
                pause = PAUSE_S
            except StorageUnavailable as error:
                log.warning("not_stored_yet", account=channel.account, error=str(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_S)
        return answers

    async def people_of(self, group: Identity) -> frozenset[Identity]:
        """Return the addresses of who is in a group as far as we know."""
        return await self._database.read(lambda c: groups.addresses(c, group))

    async def cursor(self, name: str) -> str:
        """Return how far a channel came with something it reads page by page."""
        return await self._database.read(lambda c: chores.cursor(c, name))

    async def keep_cursor(self, name: str, cursor: str) -> None:
        """Keep how far it came."""
        now = self._clock.now()
        await self._database.write(lambda c: chores.keep(c, name, chores.Progress(cursor), now))

    async def set_aside(self, error: CallbackUnintelligible, channel: Channel) -> None:
        """Keep what nobody understands; waits as long as that takes."""
        while True:
            try:
                await self._dispatcher.quarantine(error, channel)
            except StorageUnavailable:
                await asyncio.sleep(LONGEST_PAUSE_S)
            else:
                return

    async def _stored(self, callbacks: Sequence[Callback], channel: Channel) -> list[bytes]:
        """Return the answers up to the first callback that was not stored; raise when that is the first.

        What was stored after it is brought again and known by its key.
        """
        loop = asyncio.get_running_loop()
        waits: list[asyncio.Future[bytes | Exception]] = [loop.create_future() for _ in callbacks]
        for callback, wait in zip(callbacks, waits, strict=True):
            self._dispatcher.submit(callback, channel, partial(_settle, wait))
        answers: list[bytes] = []
        for callback, found in zip(callbacks, await asyncio.gather(*waits), strict=True):
            if isinstance(found, StorageUnavailable):
                if answers:
                    break
                raise found
            if isinstance(found, Exception):
                await self._failed(callback, found, channel)
            answers.append(b"" if isinstance(found, Exception) else found)
        return answers

    async def _failed(self, callback: Callback, found: Exception, channel: Channel) -> None:
        key = callback.event.key if callback.event else channel.account
        log.error("callback_failed", account=channel.account, exc_info=found)
        reason = f"failed:{type(found).__name__}"
        await self.set_aside(CallbackUnintelligible(reason, key, repr(callback).encode()), channel)


def _settle(wait: "asyncio.Future[bytes | Exception]", found: bytes | Exception) -> None:
    if not wait.done():
        wait.set_result(found)
