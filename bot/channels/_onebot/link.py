"""The socket that a gateway opened to us: actions out, their answers and events in."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.channels._shared.answers import unreachable
from bot.channels._shared.json_bodies import Json
from bot.domain.clock import Clock
from bot.domain.errors import OutcomeUnknown

WITHIN_S = 10.0
Write = Callable[[bytes], Awaitable[None]]


class Link:
    """The newest connection of one gateway; an older one is told to go by whoever opened it."""

    def __init__(self) -> None:
        """Begin unconnected."""
        self._write: Write | None = None
        self._waiting: dict[str, asyncio.Future[Json]] = {}

    @property
    def up(self) -> bool:
        """Return whether a gateway is connected."""
        return self._write is not None

    def attach(self, write: Write) -> None:
        """Use this connection from now on."""
        self._write = write

    def detach(self, write: Write) -> None:
        """Stop using a connection that ended; what waits for its answers is in doubt."""
        if self._write is not write:
            return
        self._write = None
        waiting, self._waiting = self._waiting, {}
        for answer in waiting.values():
            if not answer.done():
                answer.set_exception(OutcomeUnknown("connection_lost"))

    def answered(self, answer: Json) -> None:
        """Take the answer to an action, told apart by its echo."""
        waiting = self._waiting.get(str(answer.get("echo", "")))
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    async def ask(self, echo: str, action: bytes, clock: Clock) -> Json:
        """Return the answer to an action; raise TryLater when nobody is connected, OutcomeUnknown later."""
        write = self._write
        if write is None:
            raise unreachable(clock.now(), "no gateway is connected")
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[echo] = answer
        try:
            async with asyncio.timeout(WITHIN_S):
                await write(action)
                return await answer
        except TimeoutError:
            raise OutcomeUnknown("timeout", detail="no answer in time") from None
        except (ConnectionError, RuntimeError) as error:
            raise OutcomeUnknown("connection_lost", detail=type(error).__name__) from None
        finally:
            self._waiting.pop(echo, None)
