"""Who a new follower is elsewhere: callbacks tell no unionid, so it is asked for afterwards, many at once.

https://developers.weixin.qq.com/doc/service/api/usermanage/userinfo/api_batchuserinfo.md
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from hashlib import blake2b

import structlog

from bot.domain import events
from bot.domain.account import FollowerDetails
from bot.domain.channel import Callback, Channel, Door
from bot.domain.clock import Clock
from bot.domain.errors import SendError
from bot.domain.events import InboundEvent
from bot.domain.identity import UNIONID, identity

AT_ONCE = 100
MOST_WAITING = 100_000
# Those who follow at one time are asked for together.
GATHER_S = 0.3
AGAIN_AFTER_S = 60.0
Ask = Callable[[Sequence[str]], Awaitable[list[FollowerDetails]]]

log = structlog.get_logger("channel")


class Acquaintance:
    """New followers whose other selves are not known yet; `members sync` finds whom a stop forgot."""

    def __init__(self, channel: Channel, ask: Ask) -> None:
        """Ask for details through `ask`; what is learnt is heard by `channel`."""
        self._channel = channel
        self._ask = ask
        self._met: asyncio.Queue[str] = asyncio.Queue(MOST_WAITING)

    def met(self, address: str) -> None:
        """Note a new follower."""
        if not self._met.full():
            self._met.put_nowait(address)

    async def listen(self, door: Door, clock: Clock) -> None:
        """Ask for those met, until cancelled."""
        while True:
            some = [await self._met.get()]
            await asyncio.sleep(GATHER_S)
            while len(some) < AT_ONCE and not self._met.empty():
                some.append(self._met.get_nowait())
            try:
                found = await self._ask(some)
            except SendError as error:
                log.warning("followers_not_known", account=self._channel.account, reason=error.reason)
                await asyncio.sleep(AGAIN_AFTER_S)
                for address in some:
                    self.met(address)
                continue
            told = [Callback(self._event(one, clock)) for one in found if one.following and one.unionid]
            await door.hear(told, self._channel)

    def _event(self, one: FollowerDetails, clock: Clock) -> InboundEvent:
        account = self._channel.account
        glued = f"{account}\x1f{one.address}\x1f{one.unionid}".encode()
        return InboundEvent(
            key=f"{account}:{blake2b(glued, digest_size=16).hexdigest()}",
            account=account,
            kind=events.IDENTIFIED,
            at=clock.now(),
            known_as=identity(account, one.address),
            also_known_as=(identity(UNIONID, one.unionid),),
        )
