"""会话内容存档: what customers say in customer groups, from a puller that serves decrypted records.

The puller runs outside, around Tencent's native library; here its pages are read and kept track of:
``GET source/records?seq=&limit=`` gives ``{"records": [{"seq": 196, "record": {…}}, …]}`` after `seq`.
A record may also stand beside its `seq`; one that could not be opened is ``{"seq": 197, "error": "…"}``.
https://developer.work.weixin.qq.com/document/path/91774
"""

import asyncio
from datetime import datetime
from typing import ClassVar

import aiohttp
import structlog

from bot.channels._shared.answers import whole
from bot.channels._shared.json_bodies import Json, Unintelligible, key_of, read_object
from bot.channels._wecom.archive_events import Records
from bot.domain.account import Finding
from bot.domain.channel import Accepted, Callback, Capability, Delivery, Door, RawCallback, ReplyHandle
from bot.domain.clock import Clock
from bot.domain.content import Content
from bot.domain.errors import CallbackMalformed, CallbackUnintelligible, Undeliverable
from bot.domain.gateways import WecomArchiveSettings

# The platform tells of news every 15 s at most.
EVERY_S = 5.0
LIMIT = 1000
LONGEST_PAUSE_S = 60.0
MAX_PAGE = 32 * 1024 * 1024
WITHIN = aiohttp.ClientTimeout(total=30, sock_connect=5)

log = structlog.get_logger("channel")


class WecomArchive:
    """One archive. What a customer said before they agreed, or after they no longer did, leaves no trace."""

    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.RECEIVE_GROUP})

    def __init__(
        self, settings: WecomArchiveSettings, session: aiohttp.ClientSession, every_s: float = EVERY_S
    ) -> None:
        """Read from the settings' source; people and groups are those of the app it names."""
        self.account = settings.name
        self._records = Records(settings.name, settings.app or settings.name)
        self._source = settings.source
        self._session = session
        self._every_s = every_s
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Look at once: the app was told of news."""
        self._news.set()

    async def check(self) -> list[Finding]:
        """Return whether the puller answers as it should."""
        try:
            await self._rows(0)
        except (aiohttp.ClientError, OSError, TimeoutError, Unintelligible) as error:
            return [Finding("records", well=False, reason="unreachable", detail=type(error).__name__)]
        return [Finding("records", well=True)]

    async def listen(self, door: Door, clock: Clock) -> None:
        """Read page after page; each is stored before its place is kept."""
        pause = self._every_s
        while True:
            try:
                while await self._page(door, clock):
                    pass
                pause = self._every_s
            except (aiohttp.ClientError, OSError, TimeoutError, Unintelligible) as error:
                log.warning("archive_not_read", account=self.account, error=type(error).__name__)
                pause = min(pause * 2, LONGEST_PAUSE_S)
            self._news.clear()
            try:
                async with asyncio.timeout(pause):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def _page(self, door: Door, clock: Clock) -> bool:
        """Read and store one page; return whether there may be more."""
        name = f"{self.account}:seq"
        seq = int(await door.cursor(name) or 0)
        rows = await self._rows(seq)
        callbacks: list[Callback] = []
        for row in rows:
            found = row.get("seq")
            if isinstance(found, bool) or not isinstance(found, int) or found <= seq:
                raise Unintelligible("seq")
            if seq and found != seq + 1:
                log.error("archive_gap", account=self.account, after=seq, next=found)
                await self._gap(door, seq, found)
            seq = found
            callback = await self._read(row, door, clock.now())
            if callback is not None:
                callbacks.append(callback)
        if rows:
            # One by one in their order: whether somebody agreed decides what of the next is kept.
            await door.hear(callbacks, self)
            await door.keep_cursor(name, str(seq))
        return len(rows) >= LIMIT

    async def _rows(self, seq: int) -> list[Json]:
        query = {"seq": str(seq), "limit": str(LIMIT)}
        async with self._session.get(f"{self._source}/records", params=query, timeout=WITHIN) as answer:
            if answer.status != 200:
                raise Unintelligible(f"HTTP {answer.status}")
            found = read_object(await whole(answer.content, MAX_PAGE))
        rows = found.get("records")
        if not isinstance(rows, list):
            raise Unintelligible("records")
        return [row for row in rows if isinstance(row, dict)]

    async def _read(self, row: Json, door: Door, now: datetime) -> Callback | None:
        try:
            event = self._records.event_of(_record_of(row), now)
        except Unintelligible as error:
            log.warning("archive_unreadable", account=self.account, seq=row.get("seq"), reason=str(error))
            # Of what nobody could read only its place is kept: it may be the words of who never agreed.
            body = str(row.get("seq")).encode()
            key = key_of(self.account, "seq", str(row.get("seq")))
            await door.set_aside(CallbackUnintelligible(str(error), key, body), self)
            return None
        return Callback(event) if event is not None else None

    async def _gap(self, door: Door, after: int, found: int) -> None:
        reason = f"gap:{after + 1}-{found - 1}"
        key = key_of(self.account, reason)
        await door.set_aside(CallbackUnintelligible("archive_gap", key, reason.encode()), self)

    def parse(self, request: RawCallback, now: datetime) -> Callback:
        """Refuse: nobody posts to an archive."""
        raise CallbackMalformed("no_webhook")

    def answer(self, handle: ReplyHandle | None, content: Content | None, now: datetime) -> bytes:
        """Return nothing: an archive only listens."""
        return b""

    async def send(self, delivery: Delivery) -> Accepted:
        """Refuse: an archive only listens."""
        raise Undeliverable("no_such_route", detail=delivery.method)


def _record_of(row: Json) -> Json:
    """Return the record; raise Unintelligible with the puller's words for one it could not open."""
    record = row.get("record", row if "msgid" in row else None)
    if not isinstance(record, dict):
        raise Unintelligible(str(row.get("error") or "record")[:64])
    return record


CHANNEL = WecomArchive
