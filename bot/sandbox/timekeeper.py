"""Moves virtual time from one due moment to the next, never past work that somebody still has to do."""

import asyncio
from datetime import datetime

from bot.sandbox.agenda import Entry
from bot.sandbox.world import World

_AT_ONCE = 32
_STALL = 10.0
_GLANCE = 0.25


class Timekeeper:
    """The one hand on the clock; a hop ends when nothing is in flight and every follower has caught up."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._moving = asyncio.Lock()
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def jump(self, target: datetime) -> None:
        """Set the clock, forwards or backwards, without a stop on the way; play what has become due."""
        async with self._moving:
            await self._turn(target)
            await self._play()

    async def advance(self, target: datetime) -> None:
        """Walk to ``target`` in hops."""
        async with self._moving:
            await self._settle()
            while True:
                stop = self._next_stop(target)
                if stop != self._world.clock.now() or not self._world.clock.frozen:
                    await self._turn(stop)
                await self._play()
                await self._settle()
                if self._next_stop(target) == self._world.clock.now() == target and not self._due():
                    return

    async def idle(self, timeout_s: float) -> list[str]:
        """Wait until nothing is due or in flight; what is still busy when the time is over (usually [])."""
        try:
            async with asyncio.timeout(timeout_s), self._moving:
                while True:
                    await self._play()
                    if not (busy := self._busy()) and not self._due():
                        return []
                    await self._world.presence.reports.listen(_GLANCE)
        except TimeoutError:
            busy = self._busy()
            return busy or ["the clock is being moved"]

    async def run(self) -> None:
        """Play what becomes due while nobody moves the clock; runs for as long as the server."""
        while True:
            if not self._moving.locked() and self._due():
                async with self._moving:
                    await self._play()
            await self._world.presence.plans.listen(self._until_next())

    async def _turn(self, moment: datetime) -> None:
        """Set the clock and let every follower learn it before a callback stamped with it arrives."""
        self._world.clock.set(moment)
        self._world.presence.news.ring()
        await self._settle()

    def _until_next(self) -> float | None:
        first = self._world.agenda.next_at()
        if self._world.clock.frozen or first is None:
            return None
        return max(0.01, (first - self._world.clock.now()).total_seconds())

    def _due(self) -> bool:
        first = self._world.agenda.next_at()
        return first is not None and first <= self._world.clock.now()

    def _next_stop(self, target: datetime) -> datetime:
        now = self._world.clock.now()
        stops = [target]
        if (first := self._world.agenda.next_at()) is not None:
            stops.append(max(now, first))
        dues = (follower.next_due for follower in self._world.presence.living())
        stops.extend(due for due in dues if due is not None and due > now)
        return min(stops)

    def _busy(self) -> list[str]:
        busy = self._world.presence.waiting_for()
        if self._world.presence.flights:
            busy.append(f"{self._world.presence.flights} calls in flight")
        return busy

    async def _settle(self) -> None:
        loop = asyncio.get_running_loop()
        ends = loop.time() + _STALL
        while busy := self._busy():
            if loop.time() >= ends:
                self._world.record.warning("went on without waiting any longer", busy=busy)
                return
            await self._world.presence.reports.listen(_GLANCE)

    async def _play(self) -> None:
        while due := self._world.agenda.take_due(self._world.clock.now()):
            lanes: dict[str, list[Entry]] = {}
            for entry in due:
                lanes.setdefault(entry.who, []).append(entry)
            await asyncio.gather(*(self._walk(lane) for lane in lanes.values()))

    async def _walk(self, lane: list[Entry]) -> None:
        async with self._places:
            for entry in lane:
                await entry.deed()
