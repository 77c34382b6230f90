"""A corp's callbacks: sealed XML, three deliveries, answered by nothing."""

import asyncio
from typing import TYPE_CHECKING

from aiohttp import ClientError, ClientTimeout

from bot.sandbox.account import require_loopback
from bot.sandbox.crypto import Seal, sign
from bot.sandbox.shapes import Json, text
from bot.sandbox.sides.corp_xml import written

if TYPE_CHECKING:
    from bot.sandbox.world import World

DELIVERIES = 3
AGAIN_S = 0.05
_WITHIN = ClientTimeout(total=5)


class Post:
    """Brings events to the bot."""

    def __init__(self, world: "World", name: str, corp_id: str, agent_id: str, body: Json) -> None:
        self._world = world
        self._name = name
        self._corp_id = corp_id
        self._agent_id = agent_id
        self._url, self._token = text(body, "callback_url", ""), text(body, "token", "")
        if self._url:
            require_loopback(self._url)
        self._seal = Seal(text(body, "encoding_aes_key"), corp_id)

    async def event(self, name: str, fields: Json) -> Json:
        """Deliver an event; a duplicate is the same plaintext, sealed anew."""
        plain = written({
            "ToUserName": self._corp_id, "FromUserName": "sys", "CreateTime": self._world.clock.epoch(),
            "MsgType": "event", "Event": name, **fields,
        })  # fmt: skip
        again = self._world.faults.strike(self._name, frozenset({"duplicate"})) is not None
        told = await self._deliveries(plain)
        return await self._deliveries(plain) if again else told

    async def _deliveries(self, plain: bytes) -> Json:
        status: int | str = "no callback_url"
        for _ in range(DELIVERIES if self._url else 0):
            status = await self._delivered(plain)
            if status == 200:
                break
            await asyncio.sleep(AGAIN_S)
        self._world.record.posted(self._name, "event", accepted=status == 200)
        return {"delivered": status == 200, "status": status, "reply": None}

    async def _delivered(self, plain: bytes) -> int | str:
        stamp, nonce = str(self._world.clock.epoch()), self._world.chance.digits(10)
        sealed = self._seal.close(plain, self._world.chance.bytes(16))
        query = {"msg_signature": sign(self._token, stamp, nonce, sealed), "timestamp": stamp, "nonce": nonce}
        body = written({"ToUserName": self._corp_id, "Encrypt": sealed, "AgentID": self._agent_id})
        try:
            async with self._world.session.post(
                self._url, params=query, data=body, timeout=_WITHIN
            ) as answer:
                if answer.status == 200 and await answer.read():
                    rule = "an event is answered by nothing"
                    self._world.record.violation(self._name, "wecom_answer", rule)
                return answer.status
        except (ClientError, TimeoutError) as error:
            return type(error).__name__
