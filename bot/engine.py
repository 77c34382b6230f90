"""What runs the sender: an engine only says *run this batch*; the outbox knows the rest."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Protocol

import structlog

from bot.domain.clock import Clock
from bot.domain.errors import StorageUnavailable
from bot.heart import Seen
from bot.sender import Sender
from storage.database import Connection

# Looks for due rows of other processes at least this often, and after a failure.
PATIENCE_S = 1.0
SOONEST_S = 0.02

log = structlog.get_logger("engine")


class Engine(Protocol):
    """Gets batches of the outbox run, somewhere, at least once; running one twice is harmless."""

    def run(self, ids: Sequence[int]) -> None:
        """Have these rows sent."""
        ...

    def wake(self) -> None:
        """Have whatever is due sent; called after each commit that may have made something due."""
        ...

    async def settle(self) -> int:
        """Send what is due before returning how much that was; who sends by itself is only woken."""
        ...

    def look(self, c: Connection, now: datetime) -> Seen:
        """Return whether there is anything to send now, and when there is next."""
        ...


class LocalEngine:
    """Runs the sender in this very process, one pass after another.

    By a clock that goes on by itself it is started, and neither waits for the rules nor they for it. By
    a clock that waits for us it is not: then the heart has it `settle` before time may go on.
    """

    def __init__(self, sender: Sender, clock: Clock, sent: Callable[[], None] = lambda: None) -> None:
        """Hold the parts; `sent` is called after each pass that sent something, as runs go on by that."""
        self._sender = sender
        self._clock = clock
        self._sent = sent
        self._batches: list[tuple[int, ...]] = []
        self._called = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    def run(self, ids: Sequence[int]) -> None:
        """Have these rows sent soon."""
        self._batches.append(tuple(ids))
        self._called.set()

    def wake(self) -> None:
        """Have whatever is due sent soon."""
        self._called.set()

    async def settle(self) -> int:
        """Send what is due now and return how many calls that took; once started, only wake up.

        Raises StorageUnavailable.
        """
        if self._task is not None:
            self.wake()
            return 0
        return await self._pass()

    def look(self, c: Connection, now: datetime) -> Seen:
        """Return whether there is anything to send now, and when there is next."""
        return Seen(*self._sender.look(c, now))

    def start(self) -> None:
        """Begin to send in the background."""
        self._task = asyncio.create_task(self._loop(), name="sender")

    async def stop(self) -> None:
        """Finish what is being sent, record it, and end."""
        self._stopping = True
        self._sender.stop()
        self._called.set()
        if self._task is not None:
            await self._task

    async def _pass(self) -> int:
        calls = 0
        while self._batches:
            calls += await self._sender.run_batch(self._batches.pop(0))
        return calls + await self._sender.send_due()

    async def _loop(self) -> None:
        while not self._stopping:
            self._called.clear()
            wait = PATIENCE_S
            try:
                calls = await self._pass()
                if calls:
                    self._sent()
                wait = await self._until_due(calls)
            except StorageUnavailable as error:
                log.warning("storage_unavailable", error=str(error))
            except Exception:  # the loop must outlive whatever one pass met; the rows stay as they are
                log.exception("pass_failed")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._called.wait(), wait)

    async def _until_due(self, calls: int) -> float:
        due = await self._sender.next_due()
        if due is None:
            return PATIENCE_S
        left = (due - self._clock.now()).total_seconds()
        if left <= 0 and not calls:
            # Past due although we just looked: it waits for an operator or another runner, not for time.
            return PATIENCE_S
        return min(max(left, SOONEST_S), PATIENCE_S)
