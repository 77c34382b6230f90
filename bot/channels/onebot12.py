"""OneBot 12: a gateway of the operator's own, which opens a socket to us or posts to us.

What sits behind it decides what it can do; one that steers an ordinary account risks that account.
https://12.onebot.dev/connect/communication/
"""

import hmac
import re
from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

import aiohttp
import structlog

from bot.channels._onebot.actions import DIRECT, GROUP, encoded, only_address, send_message, understood
from bot.channels._onebot.events import callback_of
from bot.channels._onebot.link import Link
from bot.channels._shared.answers import unreachable, whole
from bot.channels._shared.json_bodies import Json, Unintelligible, key_of, object_at, read_object
from bot.domain.channel import Accepted, Callback, Capability, Delivery, RawCallback, ReplyHandle
from bot.domain.clock import Clock
from bot.domain.content import Content
from bot.domain.errors import (
    CallbackMalformed,
    CallbackRejected,
    CallbackUnintelligible,
    OutcomeUnknown,
    SendError,
)
from bot.domain.gateways import REVERSE_WEBSOCKET, OneBotSettings

MAX_ANSWER = 256 * 1024
WITHIN = aiohttp.ClientTimeout(total=10, sock_connect=5)
_BEARER = re.compile(r"(?i:bearer) ([\x21-\x7e]{1,256})")

log = structlog.get_logger("channel")


class OneBot:
    """One gateway. `link` is its socket in reverse WebSocket mode."""

    capabilities: ClassVar[frozenset[Capability]] = frozenset({
        Capability.RECEIVE_DIRECT, Capability.RECEIVE_GROUP, Capability.SEND_DIRECT, Capability.SEND_GROUP,
        Capability.MEMBER_EVENTS, Capability.REPLY,
    })  # fmt: skip

    def __init__(
        self, settings: OneBotSettings, session: aiohttp.ClientSession, clock: Clock, nonce: Callable[[], str]
    ) -> None:
        """Raise ValueError without a token: anybody could speak as any member."""
        if not settings.access_token:
            raise ValueError("the access token is empty")
        self.account = settings.name
        self.link = Link()
        self._settings = settings
        self._session = session
        self._clock = clock
        self._nonce = nonce
        self._me: Json = {"platform": "wechat", "user_id": ""}

    def admits(self, authorization: str, query_token: str = "") -> bool:
        """Return whether a gateway shows our token; the header counts before the query."""
        shown = _BEARER.fullmatch(authorization)
        given = shown[1] if shown else "" if authorization else query_token
        return hmac.compare_digest(given.encode(), self._settings.access_token.encode())

    def parse(self, request: RawCallback, now: datetime) -> Callback:
        """Return the authentic event; raise CallbackRejected or CallbackUnintelligible."""
        if request.method != "POST":
            raise CallbackMalformed("method_or_size")
        tokens = request.query.get("access_token", ())
        if not self.admits(request.authorization, tokens[0] if len(tokens) == 1 else ""):
            raise CallbackRejected("not_authentic")
        return self.read(request.body, now)

    def read(self, body: bytes, now: datetime) -> Callback:
        """Return what an authentic frame or body says; the answers to our actions are none of this."""
        try:
            found = read_object(body)
            if "type" not in found and "status" in found:
                self.link.answered(found)
                return Callback()
            me = object_at(found, "self")
            if me.get("user_id"):
                self._me = {"platform": str(me.get("platform", "wechat")), "user_id": str(me["user_id"])}
            return callback_of(self.account, found, now)
        except (Unintelligible, RecursionError) as error:
            raise CallbackUnintelligible(str(error), key_of(self.account, repr(body)), body) from error

    def answer(self, handle: ReplyHandle | None, content: Content | None, now: datetime) -> bytes:
        """Return the action that answers, nothing when there is nothing to say."""
        del now
        if handle is None or content is None:
            return b""
        method = GROUP if handle.sender == GROUP else DIRECT
        return encoded(send_message(method, handle.to, content, self._nonce(), self._me))

    async def say(self, answer: bytes) -> None:
        """Do the action that `answer` made; once, since the gateway knows no key."""
        try:
            await self._do(answer, str(read_object(answer).get("echo", "")))
        except SendError as error:
            log.warning("answer_not_said", account=self.account, reason=error.reason)

    async def send(self, delivery: Delivery) -> Accepted:
        """Say something to a member or in a group, or raise one leaf of SendError."""
        echo = self._nonce()
        action = send_message(delivery.method, only_address(delivery), delivery.content, echo, self._me)
        return await self._do(encoded(action), echo)

    async def _do(self, action: bytes, echo: str) -> Accepted:
        if self._settings.connect == REVERSE_WEBSOCKET:
            return understood(await self.link.ask(echo, action, self._clock), self._clock.now())
        return understood(await self._post(action), self._clock.now())

    async def _post(self, action: bytes) -> Json:
        if not self._settings.api_base:
            raise unreachable(self._clock.now(), "no api_base")
        headers = {
            "Authorization": f"Bearer {self._settings.access_token}",
            "Content-Type": "application/json",
        }
        try:
            async with self._session.post(
                self._settings.api_base, data=action, headers=headers, timeout=WITHIN, allow_redirects=False
            ) as response:
                body = await whole(response.content, MAX_ANSWER)
                status = response.status
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise unreachable(self._clock.now(), type(error).__name__) from None
        except (TimeoutError, aiohttp.ClientError, OSError, Unintelligible) as error:
            raise OutcomeUnknown("connection_lost", detail=type(error).__name__) from None
        return _answer_of(status, body, self._clock.now())


def _answer_of(status: int, body: bytes, now: datetime) -> Json:
    if status in {401, 403}:
        raise unreachable(now, f"HTTP {status}", reason="token_refused")
    if status != 200:
        raise OutcomeUnknown("http_failed", detail=f"HTTP {status}")
    try:
        return read_object(body)
    except Unintelligible:
        raise OutcomeUnknown("bad_answer", detail="not a JSON object") from None


CHANNEL = OneBot
