"""智能机器人: operators and internal groups speak to it, over a socket that we open or by webhook.

https://developer.work.weixin.qq.com/document/path/101463 (socket),
https://developer.work.weixin.qq.com/document/path/101033 (webhook).
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

import aiohttp
import orjson

from bot.channels._shared.json_bodies import Unintelligible, key_of, read_object, text_at
from bot.channels._wechat.query import Gatekeeper, only
from bot.channels._wechat.seal import Seal
from bot.channels._wecom.late_answers import LateAnswers
from bot.channels._wecom.robot_events import callback_of
from bot.channels._wecom.robot_link import RobotLink
from bot.channels._wecom.robot_pace import RobotPace
from bot.channels._wecom.robot_replies import markdown, stream
from bot.channels._wecom.robot_socket import RobotSocket
from bot.channels._wecom.robot_verdicts import robot_error
from bot.domain.channel import Accepted, Callback, Capability, Delivery, Door, RawCallback, ReplyHandle
from bot.domain.clock import Clock
from bot.domain.content import Content
from bot.domain.errors import CallbackMalformed, CallbackUnintelligible, Undeliverable
from bot.domain.gateways import WEBSOCKET, WecomAibotSettings

MAX_BODY = 64 * 1024
_ECHO = re.compile(r"[A-Za-z0-9+/]{1,1024}={0,2}")


class Aibot:
    """One robot."""

    capabilities: ClassVar[frozenset[Capability]] = frozenset({
        Capability.RECEIVE_DIRECT, Capability.RECEIVE_GROUP, Capability.SEND_DIRECT, Capability.SEND_GROUP,
        Capability.REPLY,
    })  # fmt: skip

    def __init__(
        self,
        settings: WecomAibotSettings,
        session: aiohttp.ClientSession,
        clock: Clock,
        nonce: Callable[[], str],
    ) -> None:
        """Raise ValueError when a secret is missing or malformed."""
        self.account = settings.name
        self._settings = settings
        self._clock = clock
        self._nonce = nonce
        self._link = RobotLink(clock, nonce)
        self._pace = RobotPace()
        self._late = LateAnswers(session, clock)
        self._session = session
        self._gate: Gatekeeper | None = None
        self._seal: Seal | None = None
        if settings.connect != WEBSOCKET:
            self._gate = Gatekeeper(settings.token)
            self._seal = Seal(settings.encoding_aes_key, "", anonymous=True)

    async def listen(self, door: Door, clock: Clock) -> None:
        """Keep the socket, in the mode that has one."""
        if self._settings.connect == WEBSOCKET:
            await RobotSocket(self._settings, self._session, self._link, self).stay(door, clock)

    def parse(self, request: RawCallback, now: datetime) -> Callback:
        """Return the authentic message; raise CallbackRejected or CallbackUnintelligible."""
        gate, seal = self._gate, self._seal
        if gate is None or seal is None:
            raise CallbackMalformed("no_webhook")
        if request.method == "GET":
            sealed = only(request.query, "echostr", _ECHO)
            gate.check_message(request.query, sealed, now)
            return Callback(echo=seal.open(sealed))
        if request.method != "POST" or len(request.body) > MAX_BODY:
            raise CallbackMalformed("method_or_size")
        try:
            sealed = text_at(read_object(request.body), "encrypt", MAX_BODY)
        except Unintelligible as error:
            raise CallbackMalformed(str(error)) from error
        nonce = gate.check_message(request.query, sealed, now)
        return self._read(seal.open(sealed), nonce, now)

    def _read(self, plain: bytes, nonce: str, now: datetime) -> Callback:
        try:
            body = read_object(plain)
            callback = callback_of(self.account, body, nonce, now)
        except (Unintelligible, RecursionError) as error:
            raise CallbackUnintelligible(str(error), key_of(self.account, repr(plain)), plain) from error
        if callback.handle is not None:
            self._late.offered(callback.handle.to, str(body.get("response_url", "")), now)
        return callback

    def answer(self, handle: ReplyHandle | None, content: Content | None, now: datetime) -> bytes:
        """Return the answer as a stream: bare for the socket, sealed for the webhook."""
        if handle is None or content is None:
            return b""
        body = orjson.dumps(stream(content, f"{handle.sender}:{handle.to}"))
        if self._gate is None or self._seal is None:
            return body
        sealed = self._seal.close(body, self._nonce()[:16].encode()).decode()
        seconds = int(now.timestamp())
        return orjson.dumps({
            "encrypt": sealed,
            "msgsignature": self._gate.sign(str(seconds), handle.sender, sealed),
            "timestamp": seconds,
            "nonce": handle.sender,
        })  # fmt: skip

    async def send(self, delivery: Delivery) -> Accepted:
        """Say something in a chat that spoke to us before, or raise one leaf of SendError."""
        if len(delivery.to) != 1:
            raise Undeliverable("address_list_size", detail=str(len(delivery.to)))
        if delivery.method not in {"group", "direct"}:
            raise Undeliverable("no_such_route", detail=delivery.method)
        chat, said = delivery.to[0], markdown(delivery.content)
        self._pace.spend(chat, self._clock.now())
        if self._settings.connect != WEBSOCKET:
            return await self._late.say(chat, said)
        found = await self._link.ask("aibot_send_msg", {"chatid": chat, **said})
        if found.get("errcode") == 0:
            return Accepted()
        raise robot_error(found, self._clock.now())


CHANNEL = Aibot
