"""The platforms' door: `GET` and `POST /callback/{account}`.

Not authentic: 403, 400 or 413 with the same short body, nothing stored. Authentic but unintelligible:
acknowledged and kept in quarantine, as repeating it cannot help. Not stored: 503, so that the platform
repeats it. Never a 500.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import unquote_plus

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

MAX_BODY = 64 * 1024
BODY_WITHIN_S = 5.0
MAX_FIELDS = 16
REFUSED = b"refused"
_SEALED = "text/xml"
_PLAIN = "text/plain"

log = structlog.get_logger("callback")


class Intake(Protocol):
    """Where authentic callbacks go; `bot.dispatcher.Dispatcher` is one."""

    async def submit(self, callback: Callback, channel: Channel) -> bytes:
        """Return the answer after everything is stored; raise StorageUnavailable if it is not."""
        ...

    async def quarantine(self, error: CallbackUnintelligible, channel: Channel) -> bytes:
        """Keep what nobody understands; return the acknowledgement."""
        ...


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
        channel = self.channels.get(account)
        if channel is None:
            return self._refuse("", CallbackRejected("no_such_account"))
        try:
            raw = await raw_callback(request)
            callback = channel.parse(raw, self._clock.now())
        except CallbackRejected as error:
            return self._refuse(account, error)
        except CallbackUnintelligible as error:
            return await self._set_aside(error, channel)
        except Exception:  # channels raise nothing else once a callback is authentic, see their contract
            log.exception("callback_unreadable", account=account)
            return self._refuse(account, CallbackMalformed("unreadable"))
        if callback.echo is not None:
            self._count(account, "verified")
            return web.Response(body=callback.echo, content_type=_PLAIN)
        return await self._submit(callback, channel)

    async def _submit(self, callback: Callback, channel: Channel) -> web.Response:
        try:
            body = await self._intake.submit(callback, channel)
        except StorageUnavailable:
            return self._not_stored(channel)
        except Exception as error:  # authentic: a failure of ours must not make the platform repeat it
            log.exception("callback_failed", account=channel.account)
            event = callback.event
            found = repr(event).encode("utf-8", "replace")
            key = event.key if event else f"{channel.account}:{hashlib.sha256(found).hexdigest()}"
            reason = f"failed:{type(error).__name__}"
            return await self._set_aside(CallbackUnintelligible(reason, key, found), channel)
        self._count(channel.account, "heard")
        return web.Response(body=body, content_type=_SEALED if body[:1] == b"<" else _PLAIN)

    async def _set_aside(self, error: CallbackUnintelligible, channel: Channel) -> web.Response:
        log.error("callback_quarantined", account=channel.account, reason=error.reason, key=error.key)
        try:
            body = await self._intake.quarantine(error, channel)
        except StorageUnavailable:
            return self._not_stored(channel)
        self._count(channel.account, "quarantined")
        return web.Response(body=body, content_type=_PLAIN)

    def _not_stored(self, channel: Channel) -> web.Response:
        self._count(channel.account, "not_stored")
        return web.Response(status=503, body=b"unavailable", content_type=_PLAIN)

    def _refuse(self, account: str, error: CallbackRejected) -> web.Response:
        self._count(account, error.reason)
        response = web.Response(status=error.status, body=REFUSED, content_type=_PLAIN)
        if isinstance(error, CallbackTooLarge):
            response.force_close()
        return response


async def raw_callback(request: web.Request) -> RawCallback:
    """Return the request read whole: 64 KB at most, within 5 s, not compressed."""
    if "Content-Encoding" in request.headers:
        raise CallbackMalformed("content_encoding")
    return RawCallback(
        request.method,
        query_fields(request.rel_url.raw_query_string),
        await body_of(request),
        request.headers.get("Content-Type", ""),
    )


def query_fields(raw: str) -> dict[str, list[str]]:
    """Return the fields of a query, repeated ones in order; too many are malformed."""
    fields: dict[str, list[str]] = {}
    parts = raw.split("&", MAX_FIELDS) if raw else []
    if len(parts) > MAX_FIELDS:
        raise CallbackMalformed("query_fields")
    for part in parts:
        name, _, value = part.partition("=")
        if "%" in part or "+" in part:
            name, value = unquote_plus(name), unquote_plus(value)
        fields.setdefault(name, []).append(value)
    return fields


async def body_of(request: web.Request, most: int = MAX_BODY) -> bytes:
    """Return the body: at most `most` bytes, within 5 s; raises CallbackRejected."""
    declared = request.content_length
    if declared is not None and declared > most:
        raise CallbackTooLarge("too_large")
    stream = request.content
    if stream.is_eof():
        # The usual case: the whole body came with the headers, so there is nothing to wait for.
        return _bounded(stream.read_nowait(), most)
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            body = b""
            while chunk := await stream.readany():
                body = _bounded(body + chunk, most)
            return body
    except TimeoutError:
        raise CallbackTooLarge("too_slow") from None
    except (web.RequestPayloadError, ConnectionError) as error:
        raise CallbackMalformed("broken_body") from error


def _bounded(body: bytes, most: int) -> bytes:
    if len(body) > most:
        raise CallbackTooLarge("too_large")
    return body
