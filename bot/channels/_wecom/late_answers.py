"""Addresses at which a message may be answered later: once each, within an hour.

https://developer.work.weixin.qq.com/document/path/101138
"""

from collections import deque
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.channels._shared.answers import unreachable, whole
from bot.channels._shared.json_bodies import Unintelligible, read_object
from bot.channels._wecom.robot_verdicts import robot_error
from bot.domain.channel import Accepted
from bot.domain.clock import Clock
from bot.domain.errors import OutcomeUnknown, Undeliverable

LASTS = timedelta(hours=1)
# A little earlier than the platform's end, so that a call under way does not outlive it.
MARGIN = timedelta(seconds=30)
MOST = 64
MAX_ANSWER = 64 * 1024
WITHIN = aiohttp.ClientTimeout(total=10, sock_connect=5)
HOST = "qyapi.weixin.qq.com"
LOOPBACK = frozenset({"127.0.0.1", "localhost"})


class LateAnswers:
    """The unused addresses of each chat; they live as long as the program."""

    def __init__(self, session: aiohttp.ClientSession, clock: Clock) -> None:
        """Begin with none."""
        self._session = session
        self._clock = clock
        self._open: dict[str, deque[tuple[str, datetime]]] = {}

    def offered(self, chat: str, url: str, now: datetime) -> None:
        """Keep an address that came with a message; only the platform's own are called."""
        host = urlsplit(url).hostname if url.startswith(("https://", "http://127.0.0.1")) else None
        if host == HOST or host in LOOPBACK:
            self._open.setdefault(chat, deque(maxlen=MOST)).append((url, now + LASTS - MARGIN))

    async def say(self, chat: str, body: dict[str, Any]) -> Accepted:
        """Use the oldest address that is still good; raise one leaf of SendError."""
        url, ends = self._taken(chat)
        try:
            async with self._session.post(url, json=body, timeout=WITHIN, allow_redirects=False) as answer:
                status, raw = answer.status, await whole(answer.content, MAX_ANSWER)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            # Nothing was said, so the address is still good; each is used once, the oldest first.
            self._open[chat].appendleft((url, ends))
            raise unreachable(self._clock.now(), type(error).__name__) from None
        except (TimeoutError, aiohttp.ClientError, OSError, Unintelligible) as error:
            raise OutcomeUnknown("connection_lost", detail=type(error).__name__) from None
        if status != 200:
            raise OutcomeUnknown("http_failed", detail=f"HTTP {status}")
        try:
            found = read_object(raw)
        except Unintelligible:
            raise OutcomeUnknown("bad_answer", detail="not a JSON object") from None
        if found.get("errcode") == 0:
            return Accepted()
        raise robot_error(found, self._clock.now())

    def _taken(self, chat: str) -> tuple[str, datetime]:
        now = self._clock.now()
        waiting = self._open.get(chat, deque())
        while waiting:
            url, ends = waiting.popleft()
            if now < ends:
                return url, ends
        raise Undeliverable("no_window", detail="nobody asked within the hour")
