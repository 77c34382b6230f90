"""The socket of one robot: frames out and their acknowledgements in, one at a time for each request.

https://developer.work.weixin.qq.com/document/path/101463: an acknowledgement has no cmd and repeats the
req_id. The platform's pings are ours: every 30 s, and two unanswered ones mean that it is gone.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bot.channels._shared.answers import unreachable
from bot.channels._shared.json_bodies import Json
from bot.domain.clock import Clock
from bot.domain.errors import OutcomeUnknown

ACK_WITHIN_S = 5.0
Write = Callable[[dict[str, Any]], Awaitable[None]]


class RobotLink:
    """Frames and acknowledgements of the present connection."""

    def __init__(self, clock: Clock, nonce: Callable[[], str]) -> None:
        """Begin unconnected."""
        self._clock = clock
        self._nonce = nonce
        self._write: Write | None = None
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._busy: dict[str, asyncio.Lock] = {}

    @property
    def up(self) -> bool:
        """Return whether we are subscribed."""
        return self._write is not None

    def attach(self, write: Write) -> None:
        """Use this connection."""
        self._write = write

    def detach(self) -> None:
        """Stop using it; what waits for an acknowledgement is in doubt."""
        self._write = None
        waiting, self._waiting = self._waiting, {}
        for one in waiting.values():
            if not one.done():
                one.set_exception(OutcomeUnknown("connection_lost"))

    def acknowledged(self, frame: Json) -> None:
        """Take an acknowledgement."""
        headers = frame.get("headers")
        waiting = self._waiting.get(str(headers.get("req_id", ""))) if isinstance(headers, dict) else None
        if waiting is not None and not waiting.done():
            waiting.set_result(frame)

    async def ask(self, cmd: str, body: dict[str, Any] | None, req_id: str = "") -> Json:
        """Send a frame and return its acknowledgement; raise TryLater or OutcomeUnknown.

        Two answers to one request wait for each other: the platform takes one at a time.
        """
        req_id = req_id or f"{cmd}_{self._nonce()}"
        lock = self._busy.setdefault(req_id, asyncio.Lock())
        try:
            async with lock:
                return await self._asked(cmd, body, req_id)
        finally:
            if not lock.locked():
                self._busy.pop(req_id, None)

    async def _asked(self, cmd: str, body: dict[str, Any] | None, req_id: str) -> Json:
        write = self._write
        if write is None:
            raise unreachable(self._clock.now(), "not connected")
        waiting: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[req_id] = waiting
        frame: dict[str, Any] = {"cmd": cmd, "headers": {"req_id": req_id}}
        if body is not None:
            frame["body"] = body
        try:
            async with asyncio.timeout(ACK_WITHIN_S):
                await write(frame)
                return await waiting
        except TimeoutError:
            raise OutcomeUnknown("timeout", detail="no acknowledgement in time") from None
        except (ConnectionError, RuntimeError) as error:
            raise OutcomeUnknown("connection_lost", detail=type(error).__name__) from None
        finally:
            self._waiting.pop(req_id, None)
