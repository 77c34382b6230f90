"""Members' own QR codes: made on the platform after they were asked for, and sent as a picture."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.channels.official_account import OfficialAccount
from bot.domain.account import SourceCode
from bot.domain.channel import Channel
from bot.domain.errors import SendError
from bot.domain.telling import tell
from storage import alerts, invitations
from storage.database import Connection, Database
from storage.invitations import Making
from storage.outbox.queue import enqueue

PAGE = 20
SENT_FOR = timedelta(hours=47)
POSTER = "referral/poster"
# After so many refusals operators hear of it: about a quarter of an hour.
PATIENCE = 5

log = structlog.get_logger("inviting")


class Inviting:
    """A pass of the heart: makes the codes that were asked for and queues a picture of each.

    Each is claimed before the platform is asked, so any number of processes make each once; one that the
    platform refuses is tried again later and later, and holds up nobody.
    """

    def __init__(
        self, database: Database, channels: Mapping[str, Channel], ways: Mapping[str, tuple[str, ...]]
    ) -> None:
        """Hold the parts; `ways` are the routes by which each account can show a picture."""
        self._database = database
        self._channels = channels
        self._ways = ways

    async def run(self, now: datetime) -> int:
        """Make a page of codes; return how many."""
        accounts = [name for name, one in self._channels.items() if isinstance(one, OfficialAccount)]
        if not await self._database.read(partial(invitations.waiting, accounts=accounts, now=now)):
            return 0
        claimed = await self._database.write(
            partial(invitations.claim, accounts=accounts, now=now, limit=PAGE)
        )
        return sum([await self._make(one, now) for one in claimed])

    async def _make(self, making: Making, now: datetime) -> int:
        channel = self._channels.get(making.account)
        if not isinstance(channel, OfficialAccount):
            return 0
        try:
            code = await channel.chores.create_member_code(making.scene)
        except SendError as error:
            log.warning("invitation_not_made", account=making.account, error=str(error))
            if making.attempt >= PATIENCE:
                await self._database.write(partial(_refused, making=making, reason=str(error), now=now))
            return 0
        ways = self._ways.get(making.account, ())
        return await self._database.write(partial(_keep, making=making, code=code, ways=ways, now=now))


def _keep(c: Connection, making: Making, code: SourceCode, ways: Sequence[str], now: datetime) -> int:
    if not invitations.made(c, making, code, now):
        return 0
    key = f"invitation:{making.scene}:{making.asked_at.isoformat()}"
    told = tell(making.member_id, POSTER, key, tuple(ways), now, SENT_FOR, {"url": code.url})
    enqueue(c, [order.message for order in told])
    alerts.clear(c, _alert(making.account), now)
    return 1


def _refused(c: Connection, making: Making, reason: str, now: datetime) -> None:
    alerts.raise_(c, _alert(making.account), "warning", reason, now)


def _alert(account: str) -> str:
    return f"invitations:{account}"
