"""One access token an account: fetched once for all who wait, kept across restarts, never overused.

`stable_token` gives the same token to everybody within its life, so replicas need no lock:
https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken.html
"""

import asyncio
import re
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bot.channels._official.answers import Answer
from bot.domain.account import Token, TokenStore
from bot.domain.clock import Clock
from bot.domain.errors import AccountDisabled, SendError, StorageUnavailable, TryLater

# Stop using a token this long before its end: a call under way must not outlive it.
MARGIN = timedelta(seconds=60)
FETCHES = 2
PER = timedelta(seconds=60)
_REST = timedelta(seconds=30)
_LONGEST_REST = timedelta(minutes=5)
_SHAPE = re.compile(r"[\x21-\x7e]{1,1024}")
Fetch = Callable[[], Awaitable[Answer | SendError]]

log = structlog.get_logger("channel")


class TokenKeeper:
    """Holds the token of one account; `fetch` asks the platform for one."""

    def __init__(self, account: str, store: TokenStore, clock: Clock, fetch: Fetch) -> None:
        """Know where the token is kept and how to get a new one."""
        self._account = account
        self._store = store
        self._clock = clock
        self._fetch = fetch
        self._lock = asyncio.Lock()
        self._held: Token | None = None
        self._refused = ""
        self._tried_again = ""
        self._fetched: deque[datetime] = deque(maxlen=FETCHES)
        self._failures = 0
        self._rest_until: datetime | None = None
        self._fault: SendError | None = None

    async def current(self) -> str:
        """Return a token that is good now; raise TryLater or AccountDisabled when none can be had."""
        held = self._held
        if held is not None and self._clock.now() < held.expires_at:
            return held.value
        async with self._lock:
            held = self._held
            if held is None or self._clock.now() >= held.expires_at:
                held = self._held = await self._kept() or await self._fetched_anew()
            return held.value

    async def discard(self, value: str) -> None:
        """Stop using this value, as the platform refused it; a newer one stays."""
        if value == self._tried_again:
            # Asking for another one would only bring this one again.
            now = self._clock.now()
            self._rest(TryLater("token_refused", now, detail="the platform refuses the token it gives"), now)
        else:
            self._refused = value
        if self._held is not None and self._held.value == value:
            self._held = None
            try:
                await self._store.forget(self._account, value)
            except StorageUnavailable:
                log.warning("token_not_forgotten", account=self._account)

    async def _kept(self) -> Token | None:
        try:
            token = await self._store.load(self._account)
        except StorageUnavailable:
            return None
        if token is None or token.value == self._refused:
            return None
        # One fetched in the future was kept before the clock was set back: nobody knows when it ends.
        return token if token.fetched_at <= self._clock.now() < token.expires_at else None

    async def _fetched_anew(self) -> Token:
        now = self._clock.now()
        self._may_fetch(now)
        self._fetched.append(now)
        answer = await self._fetch()
        token = self._token_of(answer, now) if isinstance(answer, dict) else answer
        if isinstance(token, SendError):
            self._rest(token, now)
            # The platform may have erred when it refused the token it still gives: after the rest it is
            # tried again, or nothing would be sent for the rest of the token's two hours.
            self._tried_again, self._refused = self._refused, ""
            raise self._unavailable(self._rest_until or now)
        self._rest_until = None
        if token.value != self._tried_again:
            self._failures = 0
        try:
            await self._store.save(self._account, token)
        except StorageUnavailable:
            log.warning("token_not_kept", account=self._account)
        return token

    def _rest(self, fault: SendError, now: datetime) -> None:
        self._failures += 1
        self._fault = fault
        self._rest_until = now + min(_LONGEST_REST, _REST * 2 ** min(self._failures - 1, 8))

    def _may_fetch(self, now: datetime) -> None:
        if self._rest_until is not None and now < self._rest_until:
            raise self._unavailable(self._rest_until)
        full = len(self._fetched) == FETCHES
        # A platform that refuses every token it gives must not eat the day's quota.
        if full and timedelta(0) <= now - self._fetched[0] < PER:
            raise TryLater("token_refused", self._fetched[0] + PER, scope="account")

    def _token_of(self, answer: Answer, now: datetime) -> Token | SendError:
        value, life = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(value, str) or _SHAPE.fullmatch(value) is None:
            return TryLater("token_unavailable", now, detail="no access_token in the answer")
        if type(life) is not int or not 0 < life <= 86_400:
            return TryLater("token_unavailable", now, detail="no expires_in in the answer")
        if value == self._refused:
            return TryLater("token_refused", now, detail="the platform gave the refused token again")
        end = now + max(timedelta(seconds=life) - MARGIN, timedelta(seconds=life) / 2)
        return Token(value, now, end)

    def _unavailable(self, until: datetime) -> SendError:
        fault = self._fault
        if isinstance(fault, AccountDisabled):
            return AccountDisabled(fault.reason, code=fault.code, detail=fault.detail)
        if fault is not None and fault.reason == "token_refused":
            return TryLater(fault.reason, until, scope="account", code=fault.code, detail=fault.detail)
        code, detail = (fault.code, f"{fault.reason} {fault.detail}".strip()) if fault else (None, "")
        return TryLater("token_unavailable", until, scope="account", code=code, detail=detail)
