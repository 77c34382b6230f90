"""How control requests come in and go out: JSON both ways, and a plain sentence for every mistake."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.sandbox.crypto import SealBrokenError
from bot.sandbox.shapes import BadFieldError, Json
from bot.sandbox.timekeeper import Timekeeper
from bot.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Room:
    """What control requests may touch."""

    world: World
    timekeeper: Timekeeper


@dataclass(frozen=True, slots=True)
class Request:
    """A control request, read."""

    query: Mapping[str, str]
    body: Json


Handler = Callable[[Room, Request], Awaitable[Any]]


def serve(room: Room, handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
    """``handler`` as an aiohttp handler."""

    async def answer(request: web.Request) -> web.Response:
        try:
            result = await handler(room, Request(request.query, await _body(request)))
        except (BadFieldError, SealBrokenError, ValueError) as exc:
            return _json({"error": str(exc)}, 400)
        except web.HTTPException as exc:
            return _json({"error": exc.reason}, exc.status)
        return result if isinstance(result, web.Response) else _json(result, 200)

    return answer


async def _body(request: web.Request) -> Json:
    raw = await request.read()
    if not raw:
        return {}
    body = json.loads(raw)
    if not isinstance(body, dict):
        raise BadFieldError("the body must be a JSON object")
    return body


def _json(data: object, status: int) -> web.Response:
    raw = json.dumps(data, ensure_ascii=False).encode()
    return web.Response(body=raw, status=status, content_type="application/json")
