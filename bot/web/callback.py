"""The platforms' door: `GET` and `POST /callback/{account}`.

Not authentic: 403, 400 or 413 with the same short body, nothing stored. Authentic but unintelligible:
acknowledged and kept in quarantine, as repeating it cannot help. Not stored: 503, so that the platform
repeats it. Never a 500.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog
from aiohttp import web

from bot.domain.channel import Callback, Channel, RawCallback
from bot.domain.clock import Clock
from bot.domain.errors import (
    CallbackMalformed,
    CallbackRejected,
    CallbackTooLarge,
    CallbackUnintelligible,
    StorageUnavailable,
)
from bot.domain.value import value
from bot.web.reading import raw_callback

REFUSED = b"refused"
_SEALED = "text/xml"
_PLAIN = "text/plain"

log = structlog.get_logger("callback")


class Intake(Protocol):
    """Where authentic callbacks go; `bot.dispatcher.Dispatcher` is one."""

    def submit(self, callback: Callback, channel: Channel) -> Awaitable[bytes]:
        """Return what gives the answer after everything is stored; StorageUnavailable if it is not."""
        ...

    async def quarantine(self, error: CallbackUnintelligible, channel: Channel) -> bytes:
        """Keep what nobody understands; return the acknowledgement."""
        ...


@value
class Answer:
    """What a callback is answered with; `last` asks to close the connection after it."""

    status: int
    body: bytes
    content_type: str = _PLAIN
    last: bool = False


@dataclass(slots=True)
class Underway:
    """A callback being stored: `done` gives its answer's body. `outcome` is what is counted then."""

    channel: Channel
    callback: Callback | None
    done: "asyncio.Future[bytes]"
    outcome: str


class CallbackDoor:
    """Lets the platforms in. `count` is told every outcome: the account and a reason code."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        intake: Intake,
        clock: Clock,
        count: Callable[[str, str], None] = lambda _account, _outcome: None,
    ) -> None:
        """Know the accounts by name; the mapping may be swapped by the owner while we serve."""
        self.channels = channels
        self._intake = intake
        self._clock = clock
        self._count = count

    async def receive(self, request: web.Request) -> web.Response:
        """Answer one callback."""
        account = request.match_info.get("account", "")
        try:
            found: Answer | Underway = self.begin(account, await raw_callback(request))
        except CallbackRejected as error:
            found = self._refuse(account if account in self.channels else "", error)
        while isinstance(found, Underway):
            await asyncio.wait((found.done,))
            found = self.end(found)
        response = web.Response(status=found.status, body=found.body, content_type=found.content_type)
        if found.last:
            response.force_close()
        return response

    def begin(self, account: str, raw: RawCallback) -> Answer | Underway:
        """Return the answer to a callback that was read whole, or what is under way until there is one."""
        channel = self.channels.get(account)
        if channel is None:
            return self._refuse("", CallbackRejected("no_such_account"))
        try:
            callback = channel.parse(raw, self._clock.now())
        except CallbackRejected as error:
            return self._refuse(account, error)
        except CallbackUnintelligible as error:
            return self._set_aside(error, channel)
        except Exception:  # channels raise nothing else once a callback is authentic, see their contract
            log.exception("callback_unreadable", account=account)
            return self._refuse(account, CallbackMalformed("unreadable"))
        return self._store(callback, channel)

    def _store(self, callback: Callback, channel: Channel) -> Answer | Underway:
        if callback.echo is not None:
            self._count(channel.account, "verified")
            return Answer(200, callback.echo)
        try:
            done = asyncio.ensure_future(self._intake.submit(callback, channel))
        except StorageUnavailable:
            return self._not_stored(channel)
        return Underway(channel, callback, done, "heard")

    def end(self, underway: Underway) -> Answer | Underway:
        """Return the answer now that `done` is, or what is under way instead."""
        channel, callback = underway.channel, underway.callback
        error = underway.done.exception()
        if error is None:
            self._count(channel.account, underway.outcome)
            body = underway.done.result()
            return Answer(200, body, _SEALED if body[:1] == b"<" else _PLAIN)
        if isinstance(error, StorageUnavailable) or callback is None:
            return self._not_stored(channel)
        # Authentic: a failure of ours must not make the platform repeat it.
        log.error("callback_failed", account=channel.account, exc_info=error)
        event = callback.event
        found = repr(event).encode("utf-8", "replace")
        key = event.key if event else f"{channel.account}:{hashlib.sha256(found).hexdigest()}"
        return self._set_aside(CallbackUnintelligible(f"failed:{type(error).__name__}", key, found), channel)

    def _set_aside(self, error: CallbackUnintelligible, channel: Channel) -> Underway:
        log.error("callback_quarantined", account=channel.account, reason=error.reason, key=error.key)
        done = asyncio.ensure_future(self._intake.quarantine(error, channel))
        return Underway(channel, None, done, "quarantined")

    def _not_stored(self, channel: Channel) -> Answer:
        self._count(channel.account, "not_stored")
        return Answer(503, b"unavailable")

    def _refuse(self, account: str, error: CallbackRejected) -> Answer:
        self._count(account, error.reason)
        return Answer(error.status, REFUSED, last=isinstance(error, CallbackTooLarge))
