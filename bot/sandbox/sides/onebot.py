"""A OneBot 12 gateway with its groups: it opens a socket to the bot, or posts to it and takes actions.

https://12.onebot.dev/connect/communication/
"""

import asyncio
import hmac
import json
from contextlib import suppress
from typing import TYPE_CHECKING

from aiohttp import ClientError, ClientTimeout, ClientWebSocketResponse, WSMsgType, web

from bot.sandbox.account import require_loopback
from bot.sandbox.shapes import Json, text
from bot.sandbox.sides.onebot_actions import Actions
from bot.sandbox.sides.side import Acts, Crowd, Person, act_of

if TYPE_CHECKING:
    from bot.sandbox.world import World

IMPLEMENTATION = "pretend"
AGENT = "OneBot/12 (wechat) Pretend/1.0"
_AGAIN_S = 0.05
# Over a socket nothing says that an event was handled; this long it counts as under way.
_SETTLES_S = 0.05
_WITHIN = ClientTimeout(total=5)


class OneBotSide:
    """One gateway."""

    def __init__(self, world: "World", body: Json) -> None:
        self.name = text(body, "name")
        self._world = world
        self._crowd = Crowd(world.chance, self.name, id_prefix="wxid_", chat_prefix="room_")
        self._token = text(body, "access_token", text(body, "token", ""))
        self._me = text(body, "self_id", "wxid_bot_" + world.chance.named(8, self.name, "bot"))
        url = text(body, "callback_url", "")
        self._webhook = text(body, "connect", "reverse_websocket") == "webhook"
        self._url = url if self._webhook else text(body, "ws_url", _socket_url(url))
        require_loopback(self._url)
        self._socket: ClientWebSocketResponse | None = None
        self._connected = asyncio.Event()
        self._connecting = None if self._webhook else asyncio.create_task(self._stay_connected())
        self._actions = Actions(world, self.name, self._me, self._crowd)
        self._acts: Acts = {
            "say": self._say, "join": self._join, "leave": self._leave, "recall": self._recall,
        }  # fmt: skip

    async def play(self, act: str, body: Json) -> Json:
        """Let somebody act."""
        return await act_of(self._acts, act, body)

    def close(self) -> None:
        """Go."""
        if self._connecting is not None:
            self._connecting.cancel()

    def shown(self) -> Json:
        """The gateway as the control API lists it."""
        return {
            "name": self.name,
            "kind": "onebot12",
            "connected": self._socket is not None,
            "self_id": self._me,
            "groups": {one.name: one.chat_id for one in self._crowd.rooms.values()},
        }

    async def drop(self) -> None:
        """Lose the connection; it is opened again at once."""
        if self._socket is not None:
            await self._socket.close()

    async def serve(self, request: web.Request) -> web.Response:
        """An action posted to us in webhook mode."""
        if not hmac.compare_digest(request.headers.get("Authorization", ""), f"Bearer {self._token}"):
            self._actions.broke("token", "an action without our token")
            return web.Response(status=401)
        return web.json_response(self._actions.do(await request.json()))

    async def _say(self, body: Json) -> Json:
        person = self._crowd.person(body)
        segments: list[Json] = []
        if body.get("mention"):
            segments.append({"type": "mention", "data": {"user_id": self._me}})
        segments.append({"type": "text", "data": {"text": text(body, "text")}})
        event = {
            "type": "message", "message_id": str(self._world.serial()), "message": segments,
            "alt_message": text(body, "text"), "user_id": person.openid, "sub_type": "",
        }  # fmt: skip
        if "group" in body:
            room = self._crowd.room(body)
            room.people.setdefault(person.name, {})
            return await self._tell({**event, "detail_type": "group", "group_id": room.chat_id})
        return await self._tell({**event, "detail_type": "private"})

    async def _join(self, body: Json) -> Json:
        person, room = self._crowd.person(body), self._crowd.room(body)
        room.people[person.name] = {}
        return await self._tell(self._notice("group_member_increase", person, room.chat_id, "join"))

    async def _leave(self, body: Json) -> Json:
        person, room = self._crowd.person(body), self._crowd.room(body)
        room.people.pop(person.name, None)
        return await self._tell(self._notice("group_member_decrease", person, room.chat_id, "leave"))

    async def _recall(self, body: Json) -> Json:
        person, room = self._crowd.person(body), self._crowd.room(body)
        notice = self._notice("group_message_delete", person, room.chat_id, "recall")
        return await self._tell({**notice, "message_id": text(body, "message_id", "0")})

    def _notice(self, kind: str, person: Person, chat_id: str, way: str) -> Json:
        return {"type": "notice", "detail_type": kind, "sub_type": way, "group_id": chat_id,
                "user_id": person.openid, "operator_id": person.openid}  # fmt: skip

    async def _tell(self, event: Json) -> Json:
        whole = {
            "id": self._world.chance.text(22),
            "time": self._world.clock.now().timestamp(),
            "self": {"platform": "wechat", "user_id": self._me},
            "sub_type": "",
            **event,
        }
        told = await (self._post(whole) if self._webhook else self._write(whole))
        if told["delivered"] and self._world.faults.strike(self.name, frozenset({"duplicate"})) is not None:
            await (self._post(whole) if self._webhook else self._write(whole))
        self._world.record.posted(self.name, str(event["type"]), accepted=bool(told["delivered"]))
        return {**told, "message_id": event.get("message_id")}

    async def _post(self, event: Json) -> Json:
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "User-Agent": AGENT,
            "X-OneBot-Version": "12",
            "X-Impl": IMPLEMENTATION,
        }
        try:
            async with self._world.session.post(
                self._url, data=json.dumps(event), headers=headers, timeout=_WITHIN
            ) as answer:
                status, body = answer.status, await answer.read()
        except (ClientError, TimeoutError) as error:
            return {"delivered": False, "status": type(error).__name__, "reply": None}
        if status == 204 and body:
            self._actions.broke("answer", "204 with a body")
        return {"delivered": status == 204, "status": status, "reply": None}

    async def _write(self, event: Json) -> Json:
        async with asyncio.timeout(10):
            await self._connected.wait()
        if self._socket is None:
            return {"delivered": False, "status": "not connected", "reply": None}
        await self._socket.send_str(json.dumps(event, ensure_ascii=False))
        await asyncio.sleep(_SETTLES_S)
        return {"delivered": True, "status": "written", "reply": None}

    async def _stay_connected(self) -> None:
        while True:
            with suppress(ClientError, OSError, TimeoutError):
                await self._connection()
            self._socket = None
            self._connected.clear()
            await asyncio.sleep(_AGAIN_S)

    async def _connection(self) -> None:
        headers = {"Authorization": f"Bearer {self._token}", "User-Agent": AGENT}
        async with self._world.session.ws_connect(
            self._url, headers=headers, protocols=(f"12.{IMPLEMENTATION}",)
        ) as socket:
            for meta in self._greetings():
                await socket.send_str(json.dumps(meta))
            self._socket = socket
            self._connected.set()
            async for message in socket:
                if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
                    await socket.send_str(json.dumps(self._actions.do(json.loads(message.data))))

    def _greetings(self) -> list[Json]:
        """The first frames of a connection: who we are, and whom we speak for."""
        meta = {"type": "meta", "sub_type": "", "time": self._world.clock.now().timestamp()}
        version = {"impl": IMPLEMENTATION, "version": "1.0", "onebot_version": "12"}
        bots = [{"self": {"platform": "wechat", "user_id": self._me}, "online": True}]
        return [
            {**meta, "id": self._world.chance.text(22), "detail_type": "connect", "version": version},
            {
                **meta,
                "id": self._world.chance.text(22),
                "detail_type": "status_update",
                "status": {"good": True, "bots": bots},
            },
        ]


def _socket_url(callback_url: str) -> str:
    """Where the bot takes our socket, from where it takes webhooks."""
    return callback_url.replace("http://", "ws://", 1).replace("/callback/", "/onebot/", 1)
