"""HTTP to the platform: bounded, timed, redirected nowhere, and silent about secrets.

The access token travels in the address of every call, and aiohttp puts addresses into its exceptions.
So no foreign exception leaves here, not even as the cause of ours.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from bot.channels._official.answers import Answer, understand
from bot.channels._official.exchange import Exchange, NeverLeft, TooLong, bounded
from bot.channels._official.tokens import TokenKeeper
from bot.channels._official.verdicts import BAD_ANSWER, TOKEN_REFUSED
from bot.domain.account import AccountSettings, TokenStore
from bot.domain.clock import Clock
from bot.domain.errors import OutcomeUnknown, SendError, TryLater

TIMEOUT = aiohttp.ClientTimeout(total=10, sock_connect=5)
UPLOAD_TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=5)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_PLAIN = {"Accept-Encoding": "identity"}
_REST = timedelta(seconds=30)
# Raised before a byte of the request has left: nothing can have been sent.
_NEVER_LEFT = (NeverLeft, aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
Form = Callable[[], aiohttp.FormData]


class Wire:
    """Calls the API of one account with its token."""

    def __init__(
        self, settings: AccountSettings, session: aiohttp.ClientSession, tokens: TokenStore, clock: Clock
    ) -> None:
        """Use the given session for everything; the account's secret goes into token requests only."""
        self._settings = settings
        self._session = session
        self._exchange = Exchange(session)
        self._clock = clock
        self._base = settings.api_base.rstrip("/")
        self._tokens = TokenKeeper(settings.name, tokens, clock, self._fetch_token)
        self._urls: dict[str, URL] = {}
        self._urls_for = ""

    async def post(self, path: str, body: dict[str, Any]) -> Answer:
        """Post JSON and return the answer if its errcode is 0; raise one leaf of SendError otherwise."""
        return await self.call("POST", path, encoded(body))

    async def call(
        self,
        method: str,
        path: str,
        data: bytes | Form | None = None,
        *,
        query: dict[str, str] | None = None,
        bare: bool = False,
    ) -> Answer:
        """Call an API under the account's base; a refused token is renewed and the call repeated, once.

        `bare` accepts answers without an errcode. `data` may be a function that makes a form, as a form
        can be sent once only.
        """
        outcome = await self._attempt(method, path, data, query, bare=bare)
        if isinstance(outcome, SendError) and outcome.code in TOKEN_REFUSED:
            outcome = await self._attempt(method, path, data, query, bare=bare)
        if isinstance(outcome, SendError):
            raise outcome
        return outcome

    async def _attempt(
        self, method: str, path: str, data: bytes | Form | None, query: dict[str, str] | None, *, bare: bool
    ) -> Answer | SendError:
        token = await self._tokens.current()
        reply = await self._answered(method, self._url(path, token, query), data)
        if isinstance(reply, SendError):
            return reply
        outcome = understand(
            *reply, self._clock.now(), bare=bare, clean=lambda text: self._clean(text, token)
        )
        if isinstance(outcome, SendError) and outcome.code in TOKEN_REFUSED:
            await self._tokens.discard(token)
        return outcome

    async def _answered(
        self, method: str, url: URL, data: bytes | Form | None
    ) -> tuple[int, bytes] | SendError:
        try:
            if callable(data):
                return await self._uploaded(method, url, data())
            return await self._exchange.call(method, url, data, TIMEOUT)
        except _NEVER_LEFT as error:
            detail = str(error) if isinstance(error, NeverLeft) else type(error).__name__
            return TryLater("unreachable", self._clock.now() + _REST, scope="account", detail=detail)
        except TimeoutError:
            return OutcomeUnknown("timeout", detail="no answer in time")
        except (aiohttp.ClientError, OSError) as error:
            return OutcomeUnknown("connection_lost", detail=type(error).__name__)
        except TooLong:
            return OutcomeUnknown(BAD_ANSWER, detail="the answer is too long")

    async def _uploaded(self, method: str, url: URL, form: aiohttp.FormData) -> tuple[int, bytes]:
        async with self._session.request(
            method, url, data=form, headers=_PLAIN, timeout=UPLOAD_TIMEOUT, allow_redirects=False
        ) as response:
            try:
                return response.status, await bounded(response.content)
            except TooLong:
                # Closing here drops the connection instead of draining what may be endless.
                response.close()
                raise

    async def _fetch_token(self) -> Answer | SendError:
        body = encoded(
            {
                "grant_type": "client_credential",
                "appid": self._settings.app_id,
                "secret": self._settings.app_secret,
                "force_refresh": False,
            }
        )
        reply = await self._answered("POST", URL(f"{self._base}/cgi-bin/stable_token", encoded=True), body)
        if isinstance(reply, SendError):
            return reply
        return understand(*reply, self._clock.now(), bare=True, clean=lambda text: self._clean(text, ""))

    def _url(self, path: str, token: str, query: dict[str, str] | None) -> URL:
        if token != self._urls_for:
            self._urls, self._urls_for = {}, token
        url = self._urls.get(path)
        if url is None:
            mark = "&" if "?" in path else "?"
            whole = f"{self._base}/{path}{mark}access_token={quote(token, safe='-_.!~*')}"
            url = self._urls[path] = URL(whole, encoded=True)
        return url.update_query(query) if query else url

    def _clean(self, text: str, token: str) -> str:
        for secret in (token, self._settings.app_secret, self._settings.token):
            text = text.replace(secret, "***") if secret else text
        return text


def encoded(body: dict[str, Any]) -> bytes:
    """Return JSON as the platform wants it: UTF-8, not escaped."""
    return _ENCODER.encode(body).encode("utf-8", "replace")
