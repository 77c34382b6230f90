"""The fields of what members send: messages of every type, and events.

https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_standard_messages.html
"""

from datetime import timedelta
from typing import Any

from bot.sandbox.account import Account, Media
from bot.sandbox.people import Member
from bot.sandbox.shapes import BadFieldError, Json
from bot.sandbox.world import World

_MEDIA_LIFE = timedelta(days=3)
_SAMPLES: dict[str, Json] = {
    "text": {"Content": ""},
    "image": {"PicUrl": "http://mmbiz.qpic.cn/sandbox.jpg"},
    "voice": {"Format": "amr"},
    "video": {},
    "shortvideo": {},
    "location": {"Location_X": 30.274084, "Location_Y": 120.15507, "Scale": 15, "Label": "杭州市"},
    "link": {"Title": "链接", "Description": "", "Url": "https://example.com/"},
    "miniprogrampage": {
        "Title": "小程序",
        "AppId": "wx1111111111111111",
        "PagePath": "pages/index",
        "ThumbUrl": "",
    },
    "file": {
        "Title": "说明书.pdf",
        "Description": "",
        "FileKey": "1",
        "FileMd5": "0" * 32,
        "FileTotalLen": 1024,
    },
}
_WITH_MEDIA: dict[str, tuple[str, ...]] = {
    "image": ("MediaId",),
    "voice": ("MediaId",),
    "video": ("MediaId", "ThumbMediaId"),
    "shortvideo": ("MediaId", "ThumbMediaId"),
    "miniprogrampage": ("ThumbMediaId",),
}


def message(world: World, account: Account, member: Member, kind: str, fields: Json) -> Json:
    """A message of ``kind`` with plausible content, overridden by ``fields`` (the platform's names)."""
    if kind not in _SAMPLES:
        raise BadFieldError(f"type must be one of {', '.join(_SAMPLES)}")
    media = {
        name: _sent_media(world, account, kind) for name in _WITH_MEDIA.get(kind, ()) if name not in fields
    }
    body = _SAMPLES[kind] | media | {"MsgId": world.serial()} | fields
    return _header(world, account, member, kind) | body


def event(world: World, account: Account, member: Member, name: str, fields: Json) -> Json:
    """An event as the platform sends it, with ``fields`` after its name."""
    return _header(world, account, member, "event") | {"Event": name} | fields


def subscription_event(world: World, account: Account, member: Member, name: str, row: Json) -> Json:
    """``subscribe_msg_popup_event``, ``…_change_event`` or ``…_sent_event`` with one ``List`` entry.

    https://developers.weixin.qq.com/doc/service/guide/product/subscription_messages/push.md
    """
    wrapper = {
        "subscribe_msg_popup_event": "SubscribeMsgPopupEvent",
        "subscribe_msg_change_event": "SubscribeMsgChangeEvent",
        "subscribe_msg_sent_event": "SubscribeMsgSentEvent",
    }[name]
    return event(world, account, member, name, {wrapper: {"List": row}})


def _header(world: World, account: Account, member: Member, kind: str) -> dict[str, Any]:
    return {
        "ToUserName": account.original_id,
        "FromUserName": member.openid,
        "CreateTime": world.clock.epoch(),
        "MsgType": kind,
    }


def _sent_media(world: World, account: Account, kind: str) -> str:
    media_id = world.chance.text(64)
    account.media[media_id] = Media(kind, b"sent by a member", f"{kind}.bin", world.clock.now() + _MEDIA_LIFE)
    return media_id
