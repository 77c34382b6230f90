"""The platform's end of a robot's socket: callbacks out, answers and messages in, each checked."""

import asyncio
import json
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from bot.sandbox.shapes import Json
from bot.sandbox.sides.side import Crowd, Person

if TYPE_CHECKING:
    from bot.sandbox.world import World

MOST_BYTES = 20_480
ANSWER_WITHIN_S = 5.0
STREAM_LASTS_S = 360


class Frames:
    """The one living connection of a robot."""

    def __init__(self, world: "World", name: str, crowd: Crowd) -> None:
        self._world = world
        self._name = name
        self._crowd = crowd
        self._socket: web.WebSocketResponse | None = None
        self._connected = asyncio.Event()
        self._asked: dict[str, tuple[str, asyncio.Future[str], float]] = {}
        self._streams: dict[str, str] = {}
        self._spoke: dict[str, str] = {}

    @property
    def up(self) -> bool:
        """Whether a bot is subscribed."""
        return self._socket is not None

    def spoke(self, chat: str, person: Person) -> None:
        """Somebody spoke to the robot there, so it may speak there too."""
        room = self._crowd.by_chat(chat)
        self._spoke[chat] = room.name if room is not None else person.name

    def drop(self) -> None:
        """Break the connection as a bad network does."""
        if self._socket is not None and (transport := self._socket._req and self._socket._req.transport):  # noqa: SLF001  aiohttp has no other way to break one
            transport.abort()
        self._socket = None
        self._connected.clear()

    async def serve(self, socket: web.WebSocketResponse, first: Json) -> None:
        """Serve a subscribed connection; it ends the one before it."""
        before, self._socket = self._socket, socket
        if before is not None:
            await self._send(before, "aibot_event_callback", "e1", self._event("disconnected_event"))
            await before.close()
        await socket.send_str(json.dumps({"headers": first["headers"], "errcode": 0, "errmsg": "ok"}))
        self._connected.set()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT and not self._deaf():
                    with self._world.presence.flight():
                        await self._take(socket, json.loads(message.data))
        finally:
            if self._socket is socket:
                self._socket = None
                self._connected.clear()

    async def tell(self, message: Json, patience: float, *, again: bool = False) -> Json:
        """Bring a message to the bot and wait so many seconds for its answer."""
        async with asyncio.timeout(10):
            await self._connected.wait()
        if self._socket is None:
            return {"delivered": False, "status": "not connected", "reply": None}
        req_id = "cb_" + self._world.chance.text(12)
        chat = message.get("chatid") or message["from"]["userid"]
        waiting: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._asked[req_id] = (chat, waiting, self._world.clock.now().timestamp())
        await self._send(self._socket, "aibot_msg_callback", req_id, message)
        if again:
            await self._send(self._socket, "aibot_msg_callback", req_id, message)
        try:
            async with asyncio.timeout(patience):
                content = await asyncio.shield(waiting)
        except TimeoutError:
            return {"delivered": True, "status": "no answer", "reply": None}
        return {"delivered": True, "status": "answered", "reply": {"Content": content}}

    def record(self, chat: str, content: str, route: str) -> None:
        """A message that the bot said there."""
        to = Person(self._spoke.get(chat, chat), chat)
        self._world.record.message(self._name, to, route, "markdown", text=content)

    def _deaf(self) -> bool:
        return self._world.faults.strike(f"{self._name}/pong", frozenset({"hang"})) is not None

    def _event(self, kind: str) -> Json:
        return {"msgid": self._world.chance.text(20), "create_time": self._world.clock.epoch(),
                "from": {"userid": ""}, "msgtype": "event", "event": {"eventtype": kind}}  # fmt: skip

    async def _send(self, socket: web.WebSocketResponse, cmd: str, req_id: str, body: Json) -> None:
        await socket.send_str(
            json.dumps({"cmd": cmd, "headers": {"req_id": req_id}, "body": body}, ensure_ascii=False)
        )

    async def _take(self, socket: web.WebSocketResponse, frame: Json) -> None:
        cmd, req_id = frame.get("cmd"), str(frame.get("headers", {}).get("req_id", ""))
        self._world.record.call("FRAME", f"openws/{cmd}", account=self._name, body=frame.get("body"))
        fault = self._world.faults.strike(f"openws/{cmd}", frozenset({"errcode", "reset", "hang"}))
        if fault is not None and fault.kind == "reset":
            self.drop()
            return
        if fault is not None and fault.kind == "hang":
            return
        code = (
            int(fault.value or 846605)
            if fault is not None
            else self._done(str(cmd), req_id, frame.get("body"))
        )
        answer = {"headers": {"req_id": req_id}, "errcode": code, "errmsg": "ok" if code == 0 else "refused"}
        await socket.send_str(json.dumps(answer))

    def _done(self, cmd: str, req_id: str, body: object) -> int:
        if not req_id:
            self._broke("req_id", "a frame without req_id")
            return 846605
        if cmd == "ping":
            return 0
        if not isinstance(body, dict):
            return 40058
        if cmd == "aibot_respond_msg":
            return self._responded(req_id, body)
        if cmd == "aibot_send_msg":
            return self._sent(body)
        return 40066

    def _responded(self, req_id: str, body: Json) -> int:
        chat, waiting, asked_at = self._asked.get(req_id, ("", None, 0.0))
        if waiting is None:
            self._broke("req_id", f"an answer to {req_id}, which nobody asked or which was answered")
            return 846605
        stream = body.get("stream")
        if body.get("msgtype") != "stream" or not isinstance(stream, dict):
            self._broke("stream", "an answer is a stream")
            return 40008
        if self._world.clock.now().timestamp() - asked_at > STREAM_LASTS_S:
            return 846608
        if self._streams.setdefault(req_id, str(stream.get("id"))) != stream.get("id"):
            self._broke("stream", "the stream's id changed")
            return 846605
        content = str(stream.get("content", ""))
        if len(content.encode()) > MOST_BYTES:
            self._broke("stream", "more than 20480 bytes")
            return 45002
        if stream.get("finish"):
            del self._asked[req_id]
            self.record(chat, content, "reply")
            if not waiting.done():
                waiting.set_result(content)
        return 0

    def _sent(self, body: Json) -> int:
        chat = str(body.get("chatid", ""))
        if chat not in self._spoke:
            self._broke("chat", "a message to a chat that never spoke to the robot")
            return 40008
        if body.get("msgtype") not in {"markdown", "template_card"}:
            self._broke("msgtype", "neither markdown nor a card")
            return 40008
        route = "group" if self._crowd.by_chat(chat) is not None else "direct"
        self.record(chat, str(body.get("markdown", {}).get("content", "")), route)
        return 0

    def _broke(self, rule: str, detail: str) -> None:
        self._world.record.violation(self._name, f"aibot_{rule}", detail)
