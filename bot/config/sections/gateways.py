"""The platforms other than official accounts that we are connected to."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from bot.config.sections.base import Section
from bot.config.sections.fields import (
    AesKey,
    ApiUrl,
    Name,
    PlatformId,
    PublicUrl,
    RateOf,
    Secret,
    SocketUrl,
    Token,
)
from bot.domain.delivery.routes import Rate
from bot.domain.gateways import (
    OneBotSettings,
    WecomAibotSettings,
    WecomAppSettings,
    WecomArchiveSettings,
)


class WecomAppSection(Section):
    """A self-built app of 企业微信."""

    kind: Literal["wecom_app"]
    enabled: bool = True
    corp_id: PlatformId
    agent_id: Annotated[int, Field(ge=1, le=10**12)]
    secret: Secret
    token: Token
    encoding_aes_key: AesKey
    api_base: ApiUrl = "https://qyapi.weixin.qq.com"
    rate: RateOf = Rate(20)

    def built(self, name: str) -> WecomAppSettings:
        """Return it frozen."""
        return WecomAppSettings(
            name,
            self.corp_id,
            self.agent_id,
            self.secret,
            self.token,
            self.encoding_aes_key,
            self.api_base,
            self.rate.sends / self.rate.per.total_seconds(),
        )


class WecomArchiveSection(Section):
    """会话内容存档, read from a puller that serves decrypted records."""

    kind: Literal["wecom_archive"]
    enabled: bool = True
    source: ApiUrl
    app: Name | None = None

    def built(self, name: str) -> WecomArchiveSettings:
        """Return it frozen."""
        return WecomArchiveSettings(name, self.source, self.app or "")


class WecomAibotSection(Section):
    """A 智能机器人 for operators and internal groups."""

    kind: Literal["wecom_aibot"]
    enabled: bool = True
    connect: Literal["websocket", "webhook"]
    bot_id: PlatformId
    secret: Secret
    ws_url: SocketUrl = "wss://openws.work.weixin.qq.com"
    token: Token | None = None
    encoding_aes_key: AesKey | None = None

    @model_validator(mode="after")
    def _is_complete(self) -> "WecomAibotSection":
        """Refuse a webhook whose callbacks nobody could open."""
        if self.connect == "webhook" and (self.token is None or self.encoding_aes_key is None):
            raise ValueError("connect: webhook needs token and encoding_aes_key")
        return self

    def built(self, name: str) -> WecomAibotSettings:
        """Return it frozen."""
        return WecomAibotSettings(
            name,
            self.bot_id,
            self.secret,
            self.connect,
            self.ws_url,
            self.token or "",
            self.encoding_aes_key or "",
        )


class OneBotSection(Section):
    """A gateway of the operator's own that speaks OneBot 12; off unless it is switched on.

    Gateways that steer an ordinary account break WeChat's rules, and accounts were closed for it.
    """

    kind: Literal["onebot12"]
    enabled: bool = False
    connect: Literal["reverse_websocket", "webhook"] = "reverse_websocket"
    access_token: Secret
    api_base: PublicUrl | None = None

    def built(self, name: str) -> OneBotSettings:
        """Return it frozen."""
        return OneBotSettings(name, self.access_token, self.connect, self.api_base or "")
