"""A 智能机器人 as the platform runs it: over its socket, or by sealed JSON callbacks.

https://developer.work.weixin.qq.com/document/path/101463 and …/101033
"""

import json
from typing import TYPE_CHECKING

from aiohttp import ClientError, ClientTimeout, web

from bot.sandbox.account import require_loopback
from bot.sandbox.crypto import Seal, SealBrokenError, sign, signature_matches
from bot.sandbox.shapes import BadFieldError, Json, number, text
from bot.sandbox.sides.robot_frames import ANSWER_WITHIN_S, Frames
from bot.sandbox.sides.side import Acts, Crowd, Person, act_of

if TYPE_CHECKING:
    from bot.sandbox.world import World

MOST_BYTES = 20_480
_WITHIN = ClientTimeout(total=5)


class RobotSide:
    """One robot."""

    def __init__(self, world: "World", body: Json) -> None:
        self.name = text(body, "name")
        self._world = world
        self._crowd = Crowd(world.chance, self.name, id_prefix="", chat_prefix="wrk")
        self.bot_id = text(body, "bot_id", text(body, "app_id", ""))
        self.secret = text(body, "secret", "")
        self._webhook = text(body, "connect", "websocket") == "webhook"
        self._url, self._token = text(body, "callback_url", ""), text(body, "token", "")
        key = text(body, "encoding_aes_key", "")
        self._seal = Seal(key, "") if key else None
        if self._webhook:
            require_loopback(self._url)
        self.frames = Frames(world, self.name, self._crowd)
        self.late: dict[str, tuple[str, float]] = {}
        self._acts: Acts = {"say": self._say}

    async def play(self, act: str, body: Json) -> Json:
        """Let somebody act."""
        return await act_of(self._acts, act, body)

    def close(self) -> None:
        """Go."""
        self.frames.drop()

    def shown(self) -> Json:
        """The robot as the control API lists it."""
        return {"name": self.name, "kind": "wecom_aibot", "connected": self.frames.up}

    async def serve(self, socket: web.WebSocketResponse, first: Json) -> None:
        """Serve a connection that has subscribed; a newer one of the same robot ends it."""
        await self.frames.serve(socket, first)

    def answered_late(self, code: str, body: object) -> Json:
        """An answer at the address that came with a message: once, within an hour."""
        chat, ends = self.late.pop(code, ("", 0.0))
        if not chat or self._world.clock.now().timestamp() > ends:
            self.broke("response_url", "an address used twice, or after its hour")
            return {"errcode": 846608, "errmsg": "response_code expired"}
        if not isinstance(body, dict) or body.get("msgtype") not in {"markdown", "template_card"}:
            self.broke("response_url", "neither markdown nor a card")
            return {"errcode": 40008, "errmsg": "invalid message type"}
        self.frames.record(chat, str(body.get("markdown", {}).get("content", "")), "late")
        return {"errcode": 0, "errmsg": "ok"}

    def broke(self, rule: str, detail: str) -> None:
        """Note a rule that the bot broke."""
        self._world.record.violation(self.name, f"aibot_{rule}", detail)

    async def _say(self, body: Json) -> Json:
        person = self._crowd.person(body)
        code = self._world.chance.text(20)
        message: Json = {
            "msgid": self._world.chance.text(24),
            "aibotid": self.bot_id,
            "from": {"userid": person.openid},
            "create_time": self._world.clock.epoch(),
            "msgtype": "text",
            "text": {"content": text(body, "text")},
            "chattype": "single",
        }
        chat = person.openid
        if "group" in body:
            room = self._crowd.room(body)
            chat = room.chat_id
            message |= {"chatid": chat, "chattype": "group"}
            message["text"] = {"content": f"@{self.name} {text(body, 'text')}"}
        self.frames.spoke(chat, person)
        if not self._webhook:
            patience = number(body, "patience", ANSWER_WITHIN_S)
            return await self.frames.tell(message, patience, again=self._again())
        self.late[code] = (chat, self._world.clock.now().timestamp() + 3600)
        message["response_url"] = f"{self._world.url}/cgi-bin/aibot/response?response_code={code}"
        return await self._post(message, person)

    def _again(self) -> bool:
        return self._world.faults.strike(self.name, frozenset({"duplicate"})) is not None

    async def _post(self, message: Json, person: Person) -> Json:
        if self._seal is None:
            raise BadFieldError("a webhook needs encoding_aes_key")
        stamp, nonce = str(self._world.clock.epoch()), self._world.chance.digits(10)
        sealed = self._seal.close(
            json.dumps(message, ensure_ascii=False).encode(), self._world.chance.bytes(16)
        )
        query = {
            "msg_signature": sign(self._token, stamp, nonce, sealed),
            "timestamp": stamp,
            "nonce": nonce,
        }
        try:
            async with self._world.session.post(
                self._url, params=query, data=json.dumps({"encrypt": sealed}), timeout=_WITHIN
            ) as answer:
                status, raw = answer.status, await answer.read()
        except (ClientError, TimeoutError) as error:
            return {"delivered": False, "status": type(error).__name__, "reply": None}
        self._world.record.posted(self.name, "message", accepted=status == 200)
        reply = self._reply(raw, nonce, person, message) if status == 200 and raw else None
        return {"delivered": status == 200, "status": status, "reply": reply}

    def _reply(self, raw: bytes, nonce: str, person: Person, message: Json) -> Json | None:
        try:
            answer = json.loads(raw)
            if answer["nonce"] != nonce:
                raise BadFieldError("the nonce is not the request's")
            if not signature_matches(
                answer["msgsignature"], self._token, str(answer["timestamp"]), nonce, answer["encrypt"]
            ):
                raise BadFieldError("the signature is wrong")
            opened = json.loads(self._seal.open(answer["encrypt"]) if self._seal else b"{}")
            content = self._content(opened)
        except (ValueError, KeyError, TypeError, SealBrokenError) as error:
            self.broke("reply", str(error))
            return None
        self.frames.record(message.get("chatid", person.openid), content, "reply")
        return {"Content": content, **opened}

    def _content(self, body: Json) -> str:
        if body.get("msgtype") != "stream" or not isinstance(body.get("stream"), dict):
            raise BadFieldError("an answer is a stream")
        content = text(body["stream"], "content")
        if len(content.encode()) > MOST_BYTES:
            raise BadFieldError("a stream holds 20480 bytes")
        return content
