"""Group commit: callbacks that arrive together share one transaction and are answered after it."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial

import structlog

from bot.asking import Asking, Told, together
from bot.domain.channel import Callback, Channel
from bot.domain.clock import Clock
from bot.domain.errors import CallbackUnintelligible, StorageUnavailable
from bot.domain.events import ERASURE_ASKED, UNFOLLOWED, InboundEvent
from bot.domain.value import value
from bot.group import Group
from bot.turns import Heard
from storage import inbox
from storage.database import Database

MAX_GROUP = 256
MAX_WAITING = 4096
LARGE_GROUP = 8
PATIENCE_S = 0.005
LEAVING = frozenset({UNFOLLOWED, ERASURE_ASKED})

log = structlog.get_logger("dispatcher")


@value
class _Waiting:
    heard: Heard
    told: Told


class Dispatcher:
    """Takes events from every door, one transaction for all that wait, and answers each after its commit.

    While one group is being committed the next one gathers; an idle dispatcher starts at once. Only
    after a large group it waits for as many again, 5 ms at most: those just answered are about to be
    followed, and a transaction for the half that was early costs nearly as much as one for all.
    """

    def __init__(
        self, database: Database, group: Group, clock: Clock, committed: Callable[[], None] = lambda: None
    ) -> None:
        """Hold the parts; `committed` is called after a commit that made work for the sender."""
        self._database = database
        self._group = group
        self._clock = clock
        self._committed = committed
        self._waiting: deque[_Waiting] = deque()
        self._runner: asyncio.Task[None] | None = None
        self._enough = 0
        self._gathered: asyncio.Future[None] | None = None
        self._asking = Asking(database, clock, committed)

    def follow(self, group: Group) -> None:
        """Use another group from the next transaction on; for a configuration swapped in."""
        self._group = group

    @property
    def idle(self) -> bool:
        """Return whether nothing waits and nothing is being committed."""
        return not self._waiting and self._asking.idle and (self._runner is None or self._runner.done())

    async def settled(self) -> None:
        """Wait for what operators' commands ask at this moment."""
        await self._asking.settled()

    def submit(self, callback: Callback, channel: Channel, told: Told) -> None:
        """Take an authentic callback; `told` hears its answer after all it caused is stored, or why not."""
        if callback.more:
            told, others = together(told, len(callback.more))
            for event in callback.more:
                self._join(Heard(event, None, None), others)
        if callback.event is not None:
            self._join(Heard(callback.event, callback.handle, channel), told)
        else:
            told(channel.answer(callback.handle, None, self._clock.now()))

    async def accept(self, events: Sequence[InboundEvent]) -> None:
        """Store events that want no answer (webhooks, imports, operators' acts) and what they cause."""
        loop = asyncio.get_running_loop()
        waits: list[asyncio.Future[bytes | Exception]] = [loop.create_future() for _ in events]
        for event, wait in zip(events, waits, strict=True):
            self._join(Heard(event, None, None), partial(_settle, wait))
        for outcome in await asyncio.gather(*waits):
            if isinstance(outcome, Exception):
                raise outcome

    async def quarantine(self, error: CallbackUnintelligible, channel: Channel) -> bytes:
        """Keep an authentic callback nobody understands; return the acknowledgement."""
        now = self._clock.now()
        await self._database.write(
            lambda c: inbox.quarantine(c, error.key, channel.account, error.reason, error.body, now)
        )
        return channel.answer(None, None, now)

    def _join(self, heard: Heard, told: Told) -> None:
        if len(self._waiting) >= MAX_WAITING:
            told(StorageUnavailable("too many callbacks wait"))
            return
        self._waiting.append(_Waiting(heard, told))
        if self._gathered is not None and len(self._waiting) >= self._enough:
            _release(self._gathered)
        if self._runner is None or self._runner.done():
            self._runner = asyncio.create_task(self._run())

    async def _run(self) -> None:
        # One turn of the loop lets every callback that is already readable join the first group.
        await asyncio.sleep(0)
        while self._waiting:
            group = self._next_group()
            await self._commit(group)
            if len(group) >= LARGE_GROUP:
                await self._gather(len(group))

    async def _gather(self, enough: int) -> None:
        """Wait until so many wait, or as long as patience lasts."""
        if len(self._waiting) >= enough:
            return
        loop = asyncio.get_running_loop()
        self._enough, self._gathered = enough, loop.create_future()
        timer = loop.call_later(PATIENCE_S, _release, self._gathered)
        await self._gathered
        timer.cancel()
        self._gathered = None

    def _next_group(self) -> list[_Waiting]:
        """Take what waits, up to the next event of somebody who leaves in this very group.

        Leaving erases the member at the end of the transaction; who comes back is somebody new.
        """
        group: list[_Waiting] = []
        left: set[str] = set()
        while self._waiting and len(group) < MAX_GROUP:
            event = self._waiting[0].heard.event
            if event.known_as in left:
                break
            group.append(self._waiting.popleft())
            if event.kind in LEAVING:
                left.add(event.known_as)
        return group

    async def _commit(self, group: list[_Waiting]) -> None:
        try:
            await self._store(group)
        except StorageUnavailable as error:
            log.warning("not_stored", count=len(group), error=str(error))
            _fail(group, error)
        except Exception as error:  # a row the database refuses must not harm its neighbours
            log.exception("group_failed", count=len(group))
            await self._one_by_one(group, error)

    async def _one_by_one(self, group: list[_Waiting], error: Exception) -> None:
        if len(group) == 1:
            await self._set_aside(group[0], error)
            return
        for waiting in group:
            await self._commit([waiting])

    async def _set_aside(self, waiting: _Waiting, error: Exception) -> None:
        heard = waiting.heard
        now = self._clock.now()
        try:
            await self._database.write(lambda c: self._group.set_aside(c, heard, error, now))
        except StorageUnavailable as lost:
            _fail([waiting], lost)
            return
        waiting.told(heard.acknowledgement(now))

    async def _store(self, group: list[_Waiting]) -> None:
        now = self._clock.now()
        heard = [waiting.heard for waiting in group]
        outcome = await self._database.write(lambda c: self._group.work(c, heard, now))
        for waiting, body in zip(group, outcome.answers, strict=True):
            later = outcome.later.get(waiting.heard.event.key)
            if later is None:
                waiting.told(body)
            else:
                self._asking.ask(waiting.heard, later, waiting.told)
        if outcome.woken:
            self._committed()


def _release(gathered: "asyncio.Future[None]") -> None:
    if not gathered.done():
        gathered.set_result(None)


def _settle(wait: "asyncio.Future[bytes | Exception]", found: bytes | Exception) -> None:
    if not wait.done():  # whoever waited may be gone
        wait.set_result(found)


def _fail(group: list[_Waiting], error: Exception) -> None:
    for waiting in group:
        waiting.told(error)
