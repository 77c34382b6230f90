"""HTTP to 企业微信: the official account's wire with a token of its own kind.

https://developer.work.weixin.qq.com/document/path/91039: a token is fetched by GET with the app's secret.
"""

from typing import Any
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from bot.channels._official.answers import Answer, understand
from bot.channels._official.wire import Wire
from bot.domain.account import AccountSettings, TokenStore
from bot.domain.clock import Clock
from bot.domain.errors import SendError
from bot.domain.gateways import WecomAppSettings


class AppWire(Wire):
    """Calls the API of one app; there is no recursion over a token that stays refused."""

    def __init__(
        self, settings: WecomAppSettings, session: aiohttp.ClientSession, tokens: TokenStore, clock: Clock
    ) -> None:
        """Use the given session for everything."""
        account = AccountSettings(
            name=settings.name,
            kind=settings.kind,
            app_id=settings.corp_id,
            app_secret=settings.secret,
            token=settings.token,
            encoding_aes_key=settings.encoding_aes_key,
            api_base=settings.api_base,
        )
        super().__init__(account, session, tokens, clock)

    async def ask(self, path: str, body: dict[str, Any]) -> Answer:
        """Post JSON to an API that only answers a question."""
        return await self.post(f"cgi-bin/{path}", body)

    async def look(self, path: str, **query: str) -> Answer:
        """Get an API that only answers a question."""
        return await self.call("GET", f"cgi-bin/{path}", query=query)

    async def _fetch_token(self) -> Answer | SendError:
        known = {"corpid": self._settings.app_id, "corpsecret": self._settings.app_secret}
        url = URL(f"{self._base}/cgi-bin/gettoken?{urlencode(known)}", encoded=True)
        reply = await self._answered("GET", url, None)
        if isinstance(reply, SendError):
            return reply
        return understand(*reply, self._clock.now(), bare=True, clean=lambda text: self._clean(text, ""))
