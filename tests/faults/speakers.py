"""Members who speak to the program over HTTP, with the platform's patience: three tries, then no more."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiohttp

from tests.payloads.correspondent import ACCOUNT, Correspondent
from tests.whole import AES_KEY, APP_ID, ENVIRONMENT

TRIES = 3
QUESTION = "营业时间"


def openid(number: int) -> str:
    return f"o{number:027d}"


def text_xml(member: int, message: int, words: str) -> bytes:
    return (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName>"
        f"<FromUserName><![CDATA[{openid(member)}]]></FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{words}]]></Content><MsgId>{message}</MsgId></xml>"
    ).encode()


@dataclass
class Speakers:
    """Posts messages; keeps what was acknowledged with which answer, and how everything was answered."""

    url: str
    session: aiohttp.ClientSession
    pause_s: float = 0.5
    within_s: float = 5.0
    acknowledged: dict[int, bytes] = field(default_factory=dict)
    spoken: dict[int, bytes] = field(default_factory=dict)
    statuses: list[tuple[int | None, float]] = field(default_factory=list)
    platform: Correspondent = field(
        default_factory=lambda: Correspondent(ENVIRONMENT["SHOP_TOKEN"], AES_KEY, APP_ID)
    )

    async def post(self, plain: bytes) -> tuple[int | None, bytes]:
        """One delivery, newly stamped and sealed, as the platform's retries are."""
        request = self.platform.post(plain, datetime.now(UTC))
        query = [(name, value) for name, values in request.query.items() for value in values]
        began = time.monotonic()
        status, body = None, b""
        try:
            async with self.session.post(
                f"{self.url}/callback/shop",
                params=query,
                data=request.body,
                timeout=aiohttp.ClientTimeout(total=self.within_s),
            ) as response:
                status, body = response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError):
            pass
        self.statuses.append((status, time.monotonic() - began))
        return status, body

    async def say(self, member: int, message: int, words: str = QUESTION) -> None:
        """Deliver one message, three times at most."""
        plain = self.spoken.setdefault(message, text_xml(member, message, words))
        for _ in range(TRIES):
            status, body = await self.post(plain)
            if status == 200:
                self.acknowledged[message] = body
                return
            await asyncio.sleep(self.pause_s)

    async def chatter(self, member: int, until: asyncio.Event, rest_s: float = 0.0) -> None:
        """Let one member ask again and again."""
        number = 0
        while not until.is_set():
            number += 1
            await self.say(member, member * 1_000_000 + number)
            await asyncio.sleep(rest_s)
