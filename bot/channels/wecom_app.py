"""A self-built app of 企业微信: contacts, customer groups, tags, mass messages and customer service.

https://developer.work.weixin.qq.com/document/path/90930
"""

import re
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import ClassVar

import aiohttp
import orjson
import structlog

from bot.channels._official.sends import platform_key
from bot.channels._shared.json_bodies import Unintelligible, key_of, optional, read_object
from bot.channels._wechat.query import NOT_AUTHENTIC, Gatekeeper, only
from bot.channels._wechat.seal import Seal
from bot.channels._wechat.xml import BadXml, read, sealed_part
from bot.channels._wecom import app_sends
from bot.channels._wecom.app_api import AppApi
from bot.channels._wecom.app_events import Told, told
from bot.channels._wecom.app_fetching import Fetching
from bot.channels._wecom.app_wire import AppWire
from bot.domain.account import Finding, TokenStore
from bot.domain.channel import Accepted, Callback, Capability, Delivery, Door, RawCallback, ReplyHandle
from bot.domain.clock import Clock
from bot.domain.content import Content
from bot.domain.errors import (
    CallbackMalformed,
    CallbackRejected,
    CallbackUnintelligible,
    SendError,
    Undeliverable,
)
from bot.domain.gateways import WecomAppSettings

MAX_BODY = 64 * 1024
_ECHO = re.compile(r"[A-Za-z0-9+/]{1,1024}={0,2}")

log = structlog.get_logger("channel")


class WecomApp:
    """One app of one corp. `welcome` gives what a new contact is greeted with, nothing for silence."""

    capabilities: ClassVar[frozenset[Capability]] = frozenset({
        Capability.RECEIVE_DIRECT, Capability.SEND_DIRECT, Capability.SEND_GROUP, Capability.REPLY,
        Capability.NEEDS_HUMAN_CONFIRM, Capability.MEMBER_EVENTS,
    })  # fmt: skip

    def __init__(
        self,
        settings: WecomAppSettings,
        session: aiohttp.ClientSession,
        tokens: TokenStore,
        clock: Clock,
        welcome: Callable[[], str] = lambda: "",
    ) -> None:
        """Raise ValueError when a secret is missing or malformed."""
        self.account = settings.name
        self._clock = clock
        self._welcome = welcome
        self._gate = Gatekeeper(settings.token)
        self._seal = Seal(settings.encoding_aes_key, settings.corp_id)
        self._wire = AppWire(settings, session, tokens, clock)
        self.on_archive: Callable[[], None] = lambda: None

    @cached_property
    def api(self) -> AppApi:
        """Return the calls of this app."""
        return AppApi(self._wire)

    @cached_property
    def _fetching(self) -> Fetching:
        return Fetching(self.account, self.api, self._clock, self, self._say)

    async def listen(self, door: Door, clock: Clock) -> None:
        """Fetch what callbacks hint at."""
        del clock
        await self._fetching.run(door)

    def parse(self, request: RawCallback, now: datetime) -> Callback:
        """Return the authentic callback; raise CallbackRejected or CallbackUnintelligible."""
        if request.method == "GET":
            sealed = only(request.query, "echostr", _ECHO)
            self._gate.check_message(request.query, sealed, now)
            return Callback(echo=self._seal.open(sealed))
        if request.method != "POST" or len(request.body) > MAX_BODY:
            raise CallbackMalformed("method_or_size")
        plain = self._opened(request, now)
        try:
            found = told(self.account, read(plain), plain, now)
        except (BadXml, Unintelligible) as error:
            raise CallbackUnintelligible(str(error), key_of(self.account, plain.hex()), plain) from error
        self._fetch(found, now)
        first, *more = found.events or (None,)
        return Callback(event=first, more=tuple(one for one in more if one is not None))

    def answer(self, handle: ReplyHandle | None, content: Content | None, now: datetime) -> bytes:
        """Return what is said to a customer afterwards; the callback itself is answered by nothing."""
        del now
        if handle is None or content is None:
            return b""
        text = app_sends.text_of(content, app_sends.KF_BYTES)
        return orjson.dumps({"to": handle.to, "text": text})

    async def send(self, delivery: Delivery) -> Accepted:
        """Deliver by one of the app's routes, or raise one leaf of SendError.

        A mass message is accepted when it is ordered; its receipt says that it waits for an employee.
        """
        match delivery.method:
            case app_sends.KF:
                return await app_sends.by_service(self.api, self._fetching.service, delivery)
            case app_sends.MASS:
                accepted = await app_sends.to_people(self.api, delivery)
            case app_sends.GROUP:
                accepted = await app_sends.to_group(self.api, await self._owner(delivery), delivery)
            case _:
                raise Undeliverable("no_such_route", detail=delivery.method)
        self._fetching.results.ordered(accepted.platform_id)
        return accepted

    async def look_at_results(self, door: Door) -> None:
        """Ask now what became of the mass messages that waited for employees."""
        await self._fetching.results.look(door, self, self._clock.now())

    async def check(self) -> list[Finding]:
        """Return whether the token can be had and the customer groups seen."""
        try:
            async for _ in self.api.chats():
                break
        except SendError as error:
            return [Finding("groups", well=False, reason=error.reason, detail=error.detail)]
        return [Finding("groups", well=True)]

    async def _owner(self, delivery: Delivery) -> str:
        chat = delivery.to[0] if delivery.to else ""
        owners = self._fetching.owners
        if chat and chat not in owners:
            owners[chat] = (await self.api.chat(chat)).owner
        return owners.get(chat, "")

    async def _say(self, service: str, key: str, answer: bytes) -> None:
        body = read_object(answer)
        to, text = optional(body, "to"), body.get("text")
        try:
            await self.api.say(service, to, platform_key(f"reply:{key}"), str(text))
        except SendError as error:
            log.warning("answer_not_said", account=self.account, reason=error.reason)

    def _fetch(self, found: Told, now: datetime) -> None:
        if found.chat:
            self._fetching.look_at(found.chat, listed=found.listed)
        if found.contact:
            self._fetching.meet(found.contact)
        if found.service is not None:
            self._fetching.hear(*found.service)
        if found.archive:
            self.on_archive()
        if found.welcome is not None and (text := self._welcome()):
            self._fetching.greet(found.welcome[0], text, now)

    def _opened(self, request: RawCallback, now: datetime) -> bytes:
        try:
            sealed = sealed_part(request.body)
        except BadXml as error:
            raise CallbackMalformed(str(error)) from error
        if sealed is None:
            raise CallbackRejected(NOT_AUTHENTIC)
        self._gate.check_message(request.query, sealed, now)
        return self._seal.open(sealed)


CHANNEL = WecomApp
