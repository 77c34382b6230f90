"""Connected accounts other than official accounts: how each kind is set up. Secrets never show in a repr."""

from dataclasses import dataclass, field

WECOM_APP = "wecom_app"
WECOM_ARCHIVE = "wecom_archive"
WECOM_AIBOT = "wecom_aibot"
ONEBOT = "onebot12"
WEBSOCKET = "websocket"
REVERSE_WEBSOCKET = "reverse_websocket"


@dataclass(frozen=True, slots=True)
class WecomAppSettings:
    """A self-built app of 企业微信; `rate` is calls a second at most."""

    name: str
    corp_id: str
    agent_id: int
    secret: str = field(repr=False)
    token: str = field(repr=False)
    encoding_aes_key: str = field(repr=False)
    api_base: str = "https://qyapi.weixin.qq.com"
    rate: float = 20.0
    kind: str = WECOM_APP


@dataclass(frozen=True, slots=True)
class WecomArchiveSettings:
    """会话内容存档 behind a puller at `source`; `app` is the account whose people and groups these are."""

    name: str
    source: str
    app: str = ""
    kind: str = WECOM_ARCHIVE


@dataclass(frozen=True, slots=True)
class WecomAibotSettings:
    """A 智能机器人: over a socket that we open, or by webhook with `token` and `encoding_aes_key`."""

    name: str
    bot_id: str
    secret: str = field(repr=False)
    connect: str = WEBSOCKET
    ws_url: str = "wss://openws.work.weixin.qq.com"
    token: str = field(default="", repr=False)
    encoding_aes_key: str = field(default="", repr=False)
    kind: str = WECOM_AIBOT


@dataclass(frozen=True, slots=True)
class OneBotSettings:
    """A gateway of the operator's own that speaks OneBot 12; `api_base` takes actions in webhook mode."""

    name: str
    access_token: str = field(repr=False)
    connect: str = REVERSE_WEBSOCKET
    api_base: str = ""
    kind: str = ONEBOT


GatewaySettings = WecomAppSettings | WecomArchiveSettings | WecomAibotSettings | OneBotSettings
