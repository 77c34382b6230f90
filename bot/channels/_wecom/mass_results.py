"""What became of mass messages that employees had to confirm, asked for until everybody has answered.

https://developer.work.weixin.qq.com/document/path/93338: 0 waits, 1 sent, 2 no friend any more, 3 too many.
"""

from datetime import datetime

import orjson

from bot.channels._shared.json_bodies import key_of
from bot.channels._wecom.app_api import AppApi
from bot.domain import events
from bot.domain.channel import Callback, Channel, Door
from bot.domain.errors import Undeliverable
from bot.domain.events import InboundEvent

MOST = 200
WORDS = {2: "not a friend any more", 3: "had too many mass messages"}


class MassResults:
    """The mass messages of one corp whose end is not known yet; kept as a cursor."""

    def __init__(self, account: str, api: AppApi) -> None:
        """Ask through this API."""
        self._account = account
        self._api = api
        self._fresh: list[str] = []

    def ordered(self, msgid: str) -> None:
        """Note a message that waits for its confirmation."""
        if msgid:
            self._fresh.append(msgid)

    async def look(self, door: Door, channel: Channel, now: datetime) -> None:
        """Ask what became of each, and tell what is final."""
        name = f"{self._account}:mass"
        kept = await door.cursor(name)
        waiting = [*(orjson.loads(kept) if kept else []), *self._fresh][-MOST:]
        self._fresh = []
        left = []
        for msgid in dict.fromkeys(waiting):
            try:
                told = await self._told(msgid)
            except Undeliverable:
                continue  # too old, or taken back
            if told is None:
                left.append(msgid)
            else:
                await door.hear([Callback(self._receipt(msgid, told, now))], channel)
        await door.keep_cursor(name, orjson.dumps(left).decode())

    async def _told(self, msgid: str) -> str | None:
        """Return nothing for a message that reached somebody, words for a failed one, None while it waits."""
        statuses = []
        for task in await self._api.tasks(msgid):
            rows = await self._api.results(msgid, str(task.get("userid", "")))
            statuses += [row.get("status") for row in rows]
        if 1 in statuses:
            return ""
        failed = [status for status in statuses if status in WORDS]
        return WORDS[failed[0]] if failed and 0 not in statuses else None

    def _receipt(self, msgid: str, told: str, now: datetime) -> InboundEvent:
        return InboundEvent(
            key=key_of(self._account, "mass", msgid, told),
            account=self._account,
            kind=events.DELIVERY_RECEIPT,
            at=now,
            known_as="",
            properties={"platform_id": msgid, "delivered": not told, "status": told},
        )
