"""Questions that operators' commands ask the database: after their commit, beside every other callback."""

import asyncio
from collections.abc import Callable

import structlog

from bot.domain.clock import Clock
from bot.domain.content import Text
from bot.domain.errors import StorageUnavailable
from bot.turns import Heard, Later
from storage import inbox
from storage.database import Database
from storage.outbox.queue import enqueue

# A platform waits 5 s for an answer.
WITHIN_S = 3.5

log = structlog.get_logger("dispatcher")

# Told once: the answer's body after everything is stored, or why there is none.
Told = Callable[[bytes | Exception], None]


class Asking:
    """Asks and answers; a question that takes too long is answered twice, the second time by a message."""

    def __init__(self, database: Database, clock: Clock, committed: Callable[[], None]) -> None:
        """Hold the parts; `committed` is called after a message was queued."""
        self._database = database
        self._clock = clock
        self._committed = committed
        # What takes long takes memory and a processor too, so one at a time.
        self._one = asyncio.Lock()
        self._under_way: set[asyncio.Task[None]] = set()

    @property
    def idle(self) -> bool:
        """Return whether nothing is being asked."""
        return not self._under_way

    async def settled(self) -> None:
        """Wait until what is being asked now is answered, and what follows the answers is queued."""
        await asyncio.gather(*self._under_way)

    def ask(self, heard: Heard, later: Later, told: Told) -> None:
        """Begin a question; `told` hears the answer's body once."""
        asking = asyncio.create_task(self._answer(heard, later, told))
        self._under_way.add(asking)
        asking.add_done_callback(self._under_way.discard)

    async def _answer(self, heard: Heard, later: Later, told: Told) -> None:
        looking = asyncio.create_task(self._look(later))
        done, _ = await asyncio.wait({looking}, timeout=WITHIN_S)
        try:
            body = self._worded(heard, await looking if done else later.meanwhile)
            # A platform that repeats the callback gets the same bytes.
            await self._database.write(lambda c: inbox.store_answers(c, {heard.event.key: body}))
        except StorageUnavailable as error:
            looking.cancel()
            told(error)
            return
        told(body)
        try:
            await self._tell_afterwards(None if done else await looking, later)
        except StorageUnavailable as error:
            log.warning("command_not_told", error=str(error))
        except Exception:  # what comes after the answer must not end in an unheard failure
            log.exception("command_not_told")

    async def _tell_afterwards(self, text: str | None, later: Later) -> None:
        """Queue what follows the answer: the answer itself if it came too late, and a picture."""
        now = self._clock.now()
        late = later.afterwards(text, now) if text is not None else None
        drawn = await asyncio.to_thread(later.picture, now) if later.picture is not None else None
        messages = [message for message in (late, drawn) if message is not None]
        if messages:
            await self._database.write(lambda c: enqueue(c, messages))
            self._committed()

    async def _look(self, later: Later) -> str:
        try:
            if later.apart is None:
                return await self._database.read(later.look)
            async with self._one:
                return await asyncio.to_thread(later.apart)
        except StorageUnavailable:
            raise
        except Exception:  # a question's fault must not cost the operator an answer
            log.exception("command_not_answered")
            return later.failed

    def _worded(self, heard: Heard, text: str) -> bytes:
        channel = heard.channel
        return channel.answer(heard.handle, Text(text), self._clock.now()) if channel else b""


def together(told: Told, others: int) -> tuple[Told, Told]:
    """Return who is to be told of a callback's own event, and of each of its `others`.

    `told` hears the first one's answer once all of them are stored, or why one is not.
    """
    left = others + 1
    failed: Exception | None = None
    answer: bytes | Exception = b""

    def stored(found: bytes | Exception) -> None:
        nonlocal left, failed
        left -= 1
        if isinstance(found, Exception):
            failed = found
        if left == 0:
            told(failed or answer)

    def first(found: bytes | Exception) -> None:
        nonlocal answer
        answer = found
        stored(found)

    return first, stored
