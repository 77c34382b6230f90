"""The WeChat official account (认证服务号): what it hears, how it answers, what it sends."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import aiohttp
import structlog

from bot.channels._official.acquaintance import Acquaintance
from bot.channels._official.answers import Answer
from bot.channels._official.inbound import Inbound
from bot.channels._official.media import MediaShelf, RememberedMedia
from bot.channels._official.sends import call_for
from bot.channels._official.wire import Wire
from bot.domain.account import AccountSettings, FollowerDetails, MediaStore, TokenStore
from bot.domain.channel import Accepted, Callback, Capability, Delivery, Door, RawCallback, ReplyHandle
from bot.domain.clock import Clock
from bot.domain.content import Content, Text
from bot.domain.errors import Undeliverable
from bot.domain.events import FOLLOWED
from bot.domain.identity import split

if TYPE_CHECKING:
    from bot.channels._official.chores import Chores
    from bot.channels._official.client import AioWeChatClient

_ID_FIELDS = ("msgid", "msg_id")

log = structlog.get_logger("channel")


class OfficialAccount:
    """One official account, in encrypted mode, behind its own callback path.

    `chores` sets the account up; `client` is wechatpy's client made awaitable, for whatever else an
    operator's script may need.
    """

    capabilities: ClassVar[frozenset[Capability]] = frozenset({
        Capability.RECEIVE_DIRECT, Capability.SEND_DIRECT, Capability.REPLY, Capability.MEMBER_EVENTS,
    })  # fmt: skip

    def __init__(
        self,
        settings: AccountSettings,
        session: aiohttp.ClientSession,
        tokens: TokenStore,
        clock: Clock,
        nonce: Callable[[], str],
        media: MediaStore | None = None,
        *,
        curious: bool = False,
    ) -> None:
        """Raise ValueError when a secret is missing or malformed.

        `nonce` gives at least 32 unforeseeable characters of ``[A-Za-z0-9]`` each time. Without `media`,
        uploads are remembered until the program ends. A `curious` one asks who new followers are elsewhere.
        """
        self.account = settings.name
        self._acquaintance = Acquaintance(self, self._details) if curious else None
        self._settings = settings
        self._inbound = Inbound(settings, nonce)
        self._wire = Wire(settings, session, tokens, clock)
        self._media = MediaShelf(settings.name, self._wire, media or RememberedMedia(), clock)

    # Hearing and sending never need wechatpy, which brings requests along: whoever does chores loads it.

    @cached_property
    def client(self) -> "AioWeChatClient":
        """Return wechatpy's client on our wire."""
        from bot.channels._official.client import AioWeChatClient

        return AioWeChatClient(self._settings.app_id, self._wire)

    @cached_property
    def chores(self) -> "Chores":
        """Return what sets the account up and looks it over."""
        from bot.channels._official.chores import Chores

        return Chores(self._settings, self.client)

    async def listen(self, door: Door, clock: Clock) -> None:
        """Ask who new followers are elsewhere, where there is an elsewhere."""
        if self._acquaintance is not None:
            await self._acquaintance.listen(door, clock)

    async def _details(self, addresses: Sequence[str]) -> list[FollowerDetails]:
        return await self.chores.member_details(addresses)

    def parse(self, request: RawCallback, now: datetime) -> Callback:
        """Return the authentic callback; raise CallbackRejected or CallbackUnintelligible."""
        callback = self._inbound.parse(request, now)
        event = callback.event
        if self._acquaintance is not None and event is not None and event.kind == FOLLOWED:
            self._acquaintance.met(split(event.known_as)[1])
        return callback

    def answer(self, handle: ReplyHandle | None, content: Content | None, now: datetime) -> bytes:
        """Return the sealed reply, or ``success`` when there is nothing to say.

        A reply cannot wait for an upload: a file that `prepare` has not placed is not shown.
        """
        if handle is None or content is None or type(content) is Text:
            return self._inbound.answer(handle, content, now)
        known = self._media.if_known(content, now)
        if known is None:
            log.warning("reply_media_not_uploaded", account=self.account, content=type(content).__name__)
        return self._inbound.answer(handle, known, now)

    async def prepare(self, content: Content) -> Content:
        """Return the content with its file on the platform, so that a reply can show it at once.

        Call it at start and every two days for the files replies use; raises a leaf of SendError.
        """
        return await self._media.on_platform(content)

    async def send(self, delivery: Delivery) -> Accepted:
        """Deliver by one of the account's routes, or raise one leaf of SendError.

        An outcome that isn't known is OutcomeUnknown even where a key makes a resend harmless: whether
        the key still lives is for the ledger to say. A file is uploaded first where needed, and once
        more when the platform says that it lost it.
        """
        try:
            return await self._send(delivery)
        except Undeliverable as error:
            if error.correction != "reupload_media" or not await self._media.forget(delivery.content):
                raise
        return await self._send(delivery)

    async def _send(self, delivery: Delivery) -> Accepted:
        content = await self._media.on_platform(delivery.content)
        path, body = call_for(delivery, content)
        return _accepted(await self._wire.post(path, body))


def _accepted(answer: Answer) -> Accepted:
    for name in _ID_FIELDS:
        found = answer.get(name)
        if isinstance(found, int | str) and found != 0:
            return Accepted(platform_id=str(found)[:64])
    return Accepted()


CHANNEL = OfficialAccount
