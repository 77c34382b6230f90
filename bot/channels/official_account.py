"""The WeChat official account (认证服务号): what it hears, how it answers, what it sends."""

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

import aiohttp

from bot.channels._official.answers import Answer
from bot.channels._official.inbound import Inbound
from bot.channels._official.sends import call_for
from bot.channels._official.wire import Wire
from bot.domain.account import AccountSettings, TokenStore
from bot.domain.channel import Accepted, Callback, Capability, Delivery, RawCallback, ReplyHandle
from bot.domain.clock import Clock
from bot.domain.content import Content

_ID_FIELDS = ("msgid", "msg_id")


class OfficialAccount:
    """One official account, in encrypted mode, behind its own callback path."""

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
    ) -> None:
        """Raise ValueError when a secret is missing or malformed.

        `nonce` gives at least 16 unforeseeable characters of ``[A-Za-z0-9]`` each time.
        """
        self.account = settings.name
        self._inbound = Inbound(settings, nonce)
        self._wire = Wire(settings, session, tokens, clock)

    def parse(self, request: RawCallback, now: datetime) -> Callback:
        """Return the authentic callback; raise CallbackRejected or CallbackUnintelligible."""
        return self._inbound.parse(request, now)

    def answer(self, handle: ReplyHandle | None, content: Content | None, now: datetime) -> bytes:
        """Return the sealed reply, or ``success`` when there is nothing to say."""
        return self._inbound.answer(handle, content, now)

    async def send(self, delivery: Delivery) -> Accepted:
        """Deliver by one of the account's routes, or raise one leaf of SendError.

        An outcome that isn't known is OutcomeUnknown even where a key makes a resend harmless: whether
        the key still lives is for the ledger to say.
        """
        path, body = call_for(delivery)
        return _accepted(await self._wire.post(path, body))


def _accepted(answer: Answer) -> Accepted:
    for name in _ID_FIELDS:
        found = answer.get(name)
        if isinstance(found, int | str) and found != 0:
            return Accepted(platform_id=str(found)[:64])
    return Accepted()


CHANNEL = OfficialAccount
