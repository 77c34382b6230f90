"""Members' own QR codes: made on the platform after they were asked for, drawn, and sent as a picture."""

import asyncio
import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import segno
import structlog

from bot.channels.official_account import OfficialAccount
from bot.domain.channel import Channel
from bot.domain.errors import SendError
from bot.domain.telling import tell
from storage import invitations
from storage.database import Connection, Database
from storage.outbox.queue import enqueue

PAGE = 20
SENT_FOR = timedelta(hours=47)
SCALE = 12
KEPT = 200

log = structlog.get_logger("inviting")


class Inviting:
    """A pass of the heart: makes the codes that were asked for and sends each as a picture."""

    def __init__(self, database: Database, channels: Mapping[str, Channel], ways: tuple[str, ...]) -> None:
        """Hold the parts; `ways` are the routes by which members may be told something."""
        self._database = database
        self._channels = channels
        self._ways = ways
        self._folder: Path | None = None

    async def run(self, now: datetime) -> int:
        """Make a page of codes; return how many. One that the platform refuses is tried again later."""
        asked = await self._database.read(lambda c: invitations.unmade(c, PAGE))
        made = 0
        for member_id, scene, account in asked:
            channel = self._channels.get(account)
            if isinstance(channel, OfficialAccount):
                made += await self._make(member_id, scene, channel, now)
        return made

    async def _make(self, member_id: int, scene: str, channel: OfficialAccount, now: datetime) -> int:
        try:
            code = await channel.chores.create_member_code(scene)
        except SendError as error:
            log.warning("invitation_not_made", account=channel.account, error=str(error))
            return 0
        path = await asyncio.to_thread(self._draw, code.url, scene)
        key = f"invitation:{scene}:{now.isoformat()}"
        told = tell(member_id, "referral/poster", key, self._ways, now, SENT_FOR, {"media": path})

        def keep(c: Connection) -> None:
            invitations.made(c, member_id, code, now)
            enqueue(c, [order.message for order in told])

        await self._database.write(keep)
        return 1

    def _draw(self, url: str, scene: str) -> str:
        """Write the code as a picture and return its path; the oldest pictures go."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="hetang-invitations-"))
        path = self._folder / f"{scene}.png"
        segno.make(url, error="q", micro=False).save(str(path), scale=SCALE, border=4, dark="#2f7d5c")
        for old in sorted(self._folder.glob("*.png"), key=lambda one: one.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
        return str(path)
