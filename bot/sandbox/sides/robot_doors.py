"""Where robots' programs come in: ``/openws`` and the addresses for late answers."""

import json
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from bot.sandbox.shapes import Json
from bot.sandbox.sides.robot import RobotSide

if TYPE_CHECKING:
    from bot.sandbox.world import World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_CONNECTS_S = 10.0


def robot_socket(world: "World") -> Handler:
    """The handler of ``/openws``: whoever connects says first which robot it is."""

    async def serve(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        first = await socket.receive(timeout=_CONNECTS_S)
        frame: Json = json.loads(first.data) if first.type is WSMsgType.TEXT else {}
        world.record.call("FRAME", f"openws/{frame.get('cmd')}")
        side = _subscriber(world, frame)
        if side is not None:
            await side.serve(socket, frame)
            return socket
        refused = {"headers": frame.get("headers", {}), "errcode": 40001, "errmsg": "invalid secret"}
        await socket.send_str(json.dumps(refused))
        await socket.close()
        return socket

    return serve


def late_answer(world: "World") -> Handler:
    """The handler of the addresses that come with messages."""

    async def serve(request: web.Request) -> web.StreamResponse:
        code = request.query.get("response_code", "")
        body: object = await request.json()
        robots = list(_robots(world))
        owner = next((side for side in robots if code in side.late), robots[0] if robots else None)
        if owner is None:
            return web.Response(status=404)
        return web.json_response(owner.answered_late(code, body))

    return serve


def _robots(world: "World") -> Iterator[RobotSide]:
    return (side for side in world.sides.values() if isinstance(side, RobotSide))


def _subscriber(world: "World", frame: Json) -> RobotSide | None:
    given = frame.get("body") or {}
    if frame.get("cmd") != "aibot_subscribe":
        return None
    known = (side for side in _robots(world) if side.bot_id == given.get("bot_id"))
    return next((side for side in known if side.secret == given.get("secret")), None)
