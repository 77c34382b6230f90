"""Chunk by chunk: while one is being sent, a transaction records the last and claims the next."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import structlog

from bot.domain.clock import Clock
from bot.domain.delivery.departures import Departure, Outcome
from bot.domain.errors import StorageUnavailable
from bot.sender.calls import Caller
from bot.sender.parking import one_by_one
from bot.sender.pool import Pool
from storage import outbox
from storage.database import Connection, Database
from storage.outbox import BEAT, Ahead, Ask, Claimed, ContendedError

CHUNK = 50
CONCURRENCY = 32
TRIES = 5
Batch = deque[tuple[int, ...]]
BEAT_S = BEAT.total_seconds()

log = structlog.get_logger("sender")


class Sender:
    """Runs batches of the outbox; two senders of one database never send the same row.

    `owner` names this sender in the rows it claims and must differ from every other's, also from
    that of a former process.
    """

    def __init__(
        self, database: Database, caller: Caller, clock: Clock, owner: str, concurrency: int = CONCURRENCY
    ) -> None:
        """Hold the parts; `concurrency` bounds calls under way at once, never two to one member."""
        self._database = database
        self._caller = caller
        self._clock = clock
        self._owner = owner
        self._concurrency = concurrency
        self._recordable: list[Outcome] = []
        self._pool = Pool()
        self._not_before: datetime | None = None
        self._running = asyncio.Lock()
        self._stopping = False

    async def send_due(self) -> int:
        """Send until nothing is due any more; return how many calls were made.

        Raises StorageUnavailable; what is not recorded yet then is recorded by the next pass.
        """
        now = self._clock.now()
        ahead = await self._database.read(outbox.ahead)
        if not self._recordable and ahead.is_at_rest(now):
            return 0
        return await self._run(None, tidy=ahead.is_untidy(now))

    async def run_batch(self, ids: Sequence[int]) -> int:
        """Send those of these rows that are due; running a batch again sends nothing twice."""
        batch = deque(tuple(ids[at : at + CHUNK]) for at in range(0, len(ids), CHUNK))
        return await self._run(batch, tidy=True)

    async def next_due(self) -> datetime | None:
        """Return when there is something to do next, None when nothing waits."""
        return self._next_of(await self._database.read(outbox.ahead))

    def look(self, c: Connection, now: datetime) -> tuple[bool, datetime | None]:
        """Return whether there is anything to do now, and when there is next."""
        ahead = outbox.ahead(c)
        return bool(self._recordable) or not ahead.is_at_rest(now), self._next_of(ahead)

    def _next_of(self, ahead: Ahead) -> datetime | None:
        found = ahead.next_due
        if found is None or self._not_before is None:
            return found
        return max(found, self._not_before)

    async def follow(self, caller: Caller) -> None:
        """Word and send by another configuration, once what is under way by the old one is recorded."""
        async with self._running:
            if self._recordable:
                await self._turn(deque())
            self._caller = caller

    def stop(self) -> None:
        """Finish the chunk that is being sent and claim no more."""
        self._stopping = True

    async def _run(self, batch: Batch | None, *, tidy: bool) -> int:
        """Send what is due; `tidy` says that there may be something to end, to adopt or to repeat."""
        async with self._running:
            departures = await self._orphans() if tidy else []
            calls, more = 0, True
            while departures or more or self._recordable:
                # The last ones leave without a look for more: what came since is claimed with their results.
                claiming = asyncio.create_task(self._turn(batch)) if more or self._recordable else None
                outcomes = await self._send_all(departures)
                self._recordable.extend(outcomes)
                calls += len(departures)
                claimed = await claiming if claiming is not None else Claimed([])
                departures = self._pool.keep_pooled(claimed.departures, self._caller.policy)
                full = batch is None and claimed.full and claimed.looked > 0
                more = not self._stopping and (bool(batch) or full)
            return calls + await self._pool.send(self._database, self._caller, self._owner, tidy=tidy)

    async def _orphans(self) -> list[Departure]:
        """Return what dead runners left that may be sent again, and make due what waited long enough."""
        now, policy, owner = self._clock.now(), self._caller.policy, self._owner
        library = self._caller.wording.library

        def work(c: Connection) -> list[Departure]:
            outbox.end_waits(c, now)
            return outbox.stocked(c, outbox.adopt(c, owner, policy, now), policy, library, now)

        return await self._database.write(work)

    async def _turn(self, batch: Batch | None) -> Claimed:
        """Record the results at hand and claim the next chunk, in one transaction."""
        results, self._recordable = self._recordable, []
        now, policy, owner = self._clock.now(), self._caller.policy, self._owner
        ids = batch.popleft() if batch else None
        idle = self._stopping or (batch is not None and ids is None)
        ask = Ask(owner, policy, now, 0 if idle else CHUNK, ids, self._caller.wording.library)

        def work(c: Connection) -> Claimed:
            outbox.record(c, results, owner, policy, now)
            return outbox.claim_due(c, ask)

        try:
            claimed = await self._persistently(work)
        except StorageUnavailable:
            # What was sent must be recorded, if not now then by the next pass.
            self._recordable = results + self._recordable
            raise
        except Exception as error:  # one row may not stop its neighbours
            log.exception("chunk_failed", error=type(error).__name__)
            claimed = await one_by_one(self._database, results, ask)
        self._not_before = claimed.next_at
        return claimed

    async def _persistently(self, work: Callable[[Connection], Claimed]) -> Claimed:
        for _ in range(TRIES):
            try:
                return await self._database.write(work)
            except ContendedError as error:
                log.info("claim_contended", over=str(error))
            except StorageUnavailable as error:
                if "deadlock" not in str(error):
                    raise
        return Claimed([])

    async def _send_all(self, departures: Iterable[Departure]) -> list[Outcome]:
        """Send them with bounded concurrency, those of one member one after another."""
        lines: dict[int, list[Departure]] = {}
        for departure in departures:
            lines.setdefault(departure.message.member_id, []).append(departure)
        waiting = deque(lines.values())
        outcomes: list[Outcome] = []

        async def work() -> None:
            while waiting:
                line = waiting.popleft()
                outcomes.extend([await self._caller.send(departure) for departure in line])

        workers = {asyncio.create_task(work()) for _ in range(min(self._concurrency, len(waiting)))}
        while workers:
            done, workers = await asyncio.wait(workers, timeout=BEAT_S)
            for worker in done:
                worker.result()
            if workers:
                await self._beat()
        return outcomes

    async def _beat(self) -> None:
        now = self._clock.now()
        try:
            await self._database.write(lambda c: outbox.beat(c, self._owner, now))
        except StorageUnavailable as error:
            log.warning("beat_missed", error=str(error))
