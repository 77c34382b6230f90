"""Keeps the channels that fetch what they hear at it, each in a task of its own."""

import asyncio
from collections.abc import Mapping

import structlog

from bot.domain.channel import Channel, Door, Listening
from bot.domain.clock import Clock

RESTART_AFTER_S = 5.0

log = structlog.get_logger("channel")


class Sockets:
    """One task for each channel that listens; channels come and go with the configuration."""

    def __init__(self, door: Door, clock: Clock) -> None:
        """Bring everything to this door."""
        self._door = door
        self._clock = clock
        self._tasks: dict[str, tuple[Channel, asyncio.Task[None]]] = {}

    async def follow(self, channels: Mapping[str, Channel]) -> None:
        """Listen through exactly these channels from now on."""
        for name, (channel, _) in list(self._tasks.items()):
            if channels.get(name) is not channel:
                await self._end(name)
        for name, channel in channels.items():
            if name not in self._tasks and isinstance(channel, Listening):
                self._tasks[name] = channel, asyncio.create_task(self._listen(name, channel))

    async def stop(self) -> None:
        """Stop listening."""
        for name in list(self._tasks):
            await self._end(name)

    async def _end(self, name: str) -> None:
        _, task = self._tasks.pop(name)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _listen(self, name: str, channel: Listening) -> None:
        while True:
            try:
                await channel.listen(self._door, self._clock)
            except Exception:  # one channel's fault must not silence it for ever, nor any other
                log.exception("listening_failed", account=name)
            else:
                return
            await asyncio.sleep(RESTART_AFTER_S)
