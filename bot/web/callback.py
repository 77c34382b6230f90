"""The platforms' door: `GET` and `POST /callback/{account}`.

Not authentic: 403, 400 or 413 with the same short body, nothing stored. Authentic but unintelligible:
acknowledged and kept in quarantine, as repeating it cannot help. Not stored: 503, so that the platform
repeats it. Never a 500.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol, cast

import structlog
from aiohttp import web

from bot.domain.channel import AnswersApart, Callback, Channel, RawCallback
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


# Told once: the answer's body after everything is stored, or why there is none.
Told = Callable[[bytes | Exception], None]


class Intake(Protocol):
    """Where authentic callbacks go; `bot.dispatcher.Dispatcher` is one."""

    def submit(self, callback: Callback, channel: Channel, told: Told) -> None:
        """Take a callback; `told` hears the answer later, StorageUnavailable if it was not stored."""
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


Tell = Callable[[Answer], None]


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
        self._saying: set[asyncio.Future[None]] = set()

    async def receive(self, request: web.Request) -> web.Response:
        """Answer one callback."""
        account = request.match_info.get("account", "")
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        try:
            self.begin(account, await raw_callback(request), partial(_settle, answered))
        except CallbackRejected as error:
            _settle(answered, self._refuse(account if account in self.channels else "", error))
        answer = await answered
        response = web.Response(status=answer.status, body=answer.body, content_type=answer.content_type)
        if answer.last:
            response.force_close()
        return response

    def begin(self, account: str, raw: RawCallback, tell: Tell) -> None:
        """Take a callback that was read whole; `tell` hears its answer once, now or later."""
        channel = self.channels.get(account)
        if channel is None:
            tell(self._refuse("", CallbackRejected("no_such_account")))
            return
        try:
            callback = channel.parse(raw, self._clock.now())
        except CallbackRejected as error:
            tell(self._refuse(account, error))
        except CallbackUnintelligible as error:
            self._set_aside(error, channel, tell)
        except Exception:  # channels raise nothing else once a callback is authentic, see their contract
            log.exception("callback_unreadable", account=account)
            tell(self._refuse(account, CallbackMalformed("unreadable")))
        else:
            self._store(callback, channel, tell)

    def _store(self, callback: Callback, channel: Channel, tell: Tell) -> None:
        if callback.echo is not None:
            self._count(channel.account, "verified")
            tell(Answer(200, callback.echo))
            return
        self._intake.submit(callback, channel, partial(self._stored, callback, channel, tell))

    def _stored(self, callback: Callback, channel: Channel, tell: Tell, found: bytes | Exception) -> None:
        if isinstance(found, bytes):
            self._count(channel.account, "heard")
            if getattr(channel, "say", None) is not None:
                self._say_apart(cast("AnswersApart", channel), found)
                tell(Answer(204, b""))
            else:
                tell(Answer(200, found, _SEALED if found[:1] == b"<" else _PLAIN))
        elif isinstance(found, StorageUnavailable):
            tell(self._not_stored(channel))
        else:
            # Authentic: a failure of ours must not make the platform repeat it.
            log.error("callback_failed", account=channel.account, exc_info=found)
            event = callback.event
            what = repr(event).encode("utf-8", "replace")
            key = event.key if event else f"{channel.account}:{hashlib.sha256(what).hexdigest()}"
            reason = f"failed:{type(found).__name__}"
            self._set_aside(CallbackUnintelligible(reason, key, what), channel, tell)

    def _say_apart(self, channel: AnswersApart, answer: bytes) -> None:
        if answer:
            saying = asyncio.ensure_future(channel.say(answer))
            self._saying.add(saying)
            saying.add_done_callback(self._saying.discard)

    def _set_aside(self, error: CallbackUnintelligible, channel: Channel, tell: Tell) -> None:
        log.error("callback_quarantined", account=channel.account, reason=error.reason, key=error.key)
        kept = asyncio.ensure_future(self._intake.quarantine(error, channel))
        kept.add_done_callback(partial(self._kept, channel, tell))

    def _kept(self, channel: Channel, tell: Tell, kept: "asyncio.Future[bytes]") -> None:
        if kept.cancelled() or kept.exception() is not None:
            tell(self._not_stored(channel))
            return
        self._count(channel.account, "quarantined")
        tell(Answer(200, kept.result()))

    def _not_stored(self, channel: Channel) -> Answer:
        self._count(channel.account, "not_stored")
        return Answer(503, b"unavailable")

    def _refuse(self, account: str, error: CallbackRejected) -> Answer:
        self._count(account, error.reason)
        return Answer(error.status, REFUSED, last=isinstance(error, CallbackTooLarge))


def _settle(answered: "asyncio.Future[Answer]", answer: Answer) -> None:
    if not answered.done():  # whoever asked may be gone
        answered.set_result(answer)
