"""Every channel but the official account's, and one group message as each of them hears it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import aiohttp

from bot.channels._wecom.archive_events import Records
from bot.channels.onebot12 import OneBot
from bot.channels.wecom_aibot import Aibot
from bot.channels.wecom_app import WecomApp
from bot.channels.wecom_archive import WecomArchive
from bot.domain.account import TokenStore
from bot.domain.channel import Callback, Channel, RawCallback
from bot.domain.gateways import (
    OneBotSettings,
    WecomAibotSettings,
    WecomAppSettings,
    WecomArchiveSettings,
)
from bot.sandbox.crypto import Seal, sign
from tests.fakes import START, ManualClock

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "payloads" / "wecom" / "vectors.json").read_text(encoding="utf-8")
)
TOKEN = "QDG6eK"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
CORP_ID = "wx5823bf96d3bd56c7"
SAID_AT = datetime.fromtimestamp(1409735669, UTC)
NO_SESSION = cast("aiohttp.ClientSession", None)
NO_TOKENS = cast("TokenStore", None)


def nonce() -> str:
    return "0123456789abcdef0123456789abcdef"


def app() -> WecomApp:
    settings = WecomAppSettings("corp", CORP_ID, 218, "secret", TOKEN, AES_KEY)
    return WecomApp(settings, NO_SESSION, NO_TOKENS, ManualClock())


def robot() -> Aibot:
    settings = WecomAibotSettings("ops", "AIBOTID", "secret", "webhook", "", TOKEN, AES_KEY)
    return Aibot(settings, NO_SESSION, ManualClock(), nonce)


def gateway() -> OneBot:
    settings = OneBotSettings("groups", "a-long-token", "webhook", "http://127.0.0.1:1")
    return OneBot(settings, NO_SESSION, ManualClock(), nonce)


def archive() -> WecomArchive:
    return WecomArchive(WecomArchiveSettings("archive", "http://127.0.0.1:1", "corp"), NO_SESSION)


CHANNELS: Mapping[str, Callable[[], Channel]] = {
    "wecom_app": app,
    "wecom_aibot": robot,
    "onebot12": gateway,
    "wecom_archive": archive,
}


def sealed(channel_id: str, plain: bytes, at: datetime = START) -> RawCallback:
    """A message sealed as WeCom seals it: XML for an app, JSON for a robot."""
    stamp, number = str(int(at.timestamp())), "1320562132"
    cipher = Seal(AES_KEY, channel_id).close(plain, b"0123456789abcdef")
    query = {
        "msg_signature": [sign(TOKEN, stamp, number, cipher)],
        "timestamp": [stamp],
        "nonce": [number],
    }
    body = (
        f"<xml><Encrypt><![CDATA[{cipher}]]></Encrypt></xml>" if channel_id else f'{{"encrypt":"{cipher}"}}'
    )
    return RawCallback("POST", query, body.encode())


def robot_hears(text: str, who: str, chat: str) -> Callback:
    message = {
        "msgid": "m1", "aibotid": "AIBOTID", "chatid": chat, "chattype": "group", "from": {"userid": who},
        "msgtype": "text", "text": {"content": f"@荷塘 {text}"},
    }  # fmt: skip
    return robot().parse(sealed("", json.dumps(message).encode()), START)


def gateway_hears(text: str, who: str, chat: str) -> Callback:
    event = {
        "id": "e1", "time": START.timestamp(), "type": "message", "detail_type": "group", "sub_type": "",
        "self": {"platform": "wechat", "user_id": "bot"}, "message_id": "1", "user_id": who, "group_id": chat,
        "message": [
            {"type": "mention", "data": {"user_id": "bot"}},
            {"type": "text", "data": {"text": text}},
        ],
        "alt_message": text,
    }  # fmt: skip
    raw = RawCallback("POST", {}, json.dumps(event).encode(), authorization="Bearer a-long-token")
    return gateway().parse(raw, START)


def archive_hears(text: str, who: str, chat: str) -> Callback:
    record = {
        "msgid": "m1", "action": "send", "from": f"wm{who}", "tolist": [], "roomid": chat,
        "msgtime": int(START.timestamp() * 1000), "msgtype": "text", "text": {"content": text},
    }  # fmt: skip
    return Callback(Records("archive", "corp").event_of(record, START))


HEARING: Mapping[str, Callable[[str, str, str], Callback]] = {
    "wecom_aibot": robot_hears,
    "onebot12": gateway_hears,
    "wecom_archive": archive_hears,
}
