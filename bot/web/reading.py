"""Reading a callback's HTTP request whole: bounded in size and time, its query field by field."""

import asyncio
from urllib.parse import unquote_plus

from aiohttp import web

from bot.domain.channel import RawCallback
from bot.domain.errors import CallbackMalformed, CallbackTooLarge

MAX_BODY = 64 * 1024
BODY_WITHIN_S = 5.0
MAX_FIELDS = 16


async def raw_callback(request: web.Request) -> RawCallback:
    """Return the request read whole: 64 KB at most, within 5 s, not compressed."""
    if "Content-Encoding" in request.headers:
        raise CallbackMalformed("content_encoding")
    return RawCallback(
        request.method,
        query_fields(request.rel_url.raw_query_string),
        await body_of(request),
        request.headers.get("Content-Type", ""),
        request.headers.get("Authorization", ""),
    )


def query_fields(raw: str) -> dict[str, list[str]]:
    """Return the fields of a query, repeated ones in order; too many are malformed."""
    fields: dict[str, list[str]] = {}
    parts = raw.split("&", MAX_FIELDS) if raw else []
    if len(parts) > MAX_FIELDS:
        raise CallbackMalformed("query_fields")
    quoted = "%" in raw or "+" in raw
    for part in parts:
        name, _, value = part.partition("=")
        if quoted:
            name, value = unquote_plus(name), unquote_plus(value)
        if name in fields:
            fields[name].append(value)
        else:
            fields[name] = [value]
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
