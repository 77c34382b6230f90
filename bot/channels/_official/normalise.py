"""From a decrypted message of the official account to the event everybody understands."""

import hashlib
import re
from datetime import UTC, datetime

from bot.channels._official.fields import MAX_TEXT, everything, gather, text_at
from bot.channels._official.receipts import answers, receipts
from bot.channels._official.vocabulary import (
    MESSAGES,
    OF_ACCOUNT,
    OTHER_MESSAGE,
    Meaning,
    meaning_of,
)
from bot.channels._wechat.xml import Tree
from bot.domain import events
from bot.domain.channel import ReplyHandle
from bot.domain.events import InboundEvent, Scalar
from bot.domain.identity import UNIONID, identity

_ADDRESS = re.compile(r"[A-Za-z0-9_@.-]{1,64}")
_TYPE = re.compile(r"[A-Za-z0-9_]{1,64}")
_SECONDS = re.compile(r"[0-9]{1,10}")
_MESSAGE_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_NUMBER = re.compile(r"[0-9]{1,19}")
_ORDER = (1 << 64) - 1
_HEADER = frozenset({"ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "OpenID"})
_FOLLOW_SCENE = "qrscene_"
_AFTER_PAYMENT = "last_trade_no_"


class Unintelligible(ValueError):
    """An authentic message that makes no sense; the text is a reason code."""


def normalise(account: str, tree: Tree, plain: bytes, now: datetime) -> tuple[InboundEvent, ReplyHandle]:
    """Return the event and what is needed to answer it; raise Unintelligible when it makes no sense."""
    sender = _shaped(tree, "FromUserName", _ADDRESS)
    handle = ReplyHandle(to=sender, sender=_shaped(tree, "ToUserName", _ADDRESS))
    seconds = int(_shaped(tree, "CreateTime", _SECONDS))
    if seconds == 0:
        raise Unintelligible("create_time")
    # Their clock may run ahead of ours; nothing may have happened in the future.
    at = min(datetime.fromtimestamp(seconds, UTC), now)
    kind = _shaped(tree, "MsgType", _TYPE)
    if kind.lower() == "event":
        return _event(account, tree, plain, handle, at), handle
    return _message(account, tree, plain, handle, at), handle


def callback_key(account: str, order: int | None, *parts: str | bytes) -> str:
    """Return the key under which this callback is handled once.

    It's a digest: keys outlive a member who asked to be forgotten, so no address may stand in them.
    `order` is a number of the platform's that grows with time and is the same when it repeats itself.
    """
    glued = b"\x1f".join([part.encode() if isinstance(part, str) else part for part in parts])
    whole = hashlib.blake2b(glued, digest_size=16).hexdigest()
    return f"{account}:{whole}" if order is None else f"{account}:@{order & _ORDER:016x}:{whole}"


def _message(account: str, tree: Tree, plain: bytes, handle: ReplyHandle, at: datetime) -> InboundEvent:
    kind = text_at(tree, "MsgType")
    message_id = text_at(tree, "MsgId")
    properties: dict[str, Scalar] = {"type": kind.lower()}
    properties.update(gather(tree, MESSAGES.get(kind.lower(), OTHER_MESSAGE)))
    content = tree.get("Content", "")
    if not isinstance(content, str):
        raise Unintelligible("content")
    # Official key: MsgId, yet ids were seen to repeat between members. Without one, the bytes decide.
    unique = message_id if _MESSAGE_ID.fullmatch(message_id) else plain
    order = int(message_id) if _NUMBER.fullmatch(message_id) else None
    return InboundEvent(
        key=callback_key(account, order, handle.sender, handle.to, unique),
        account=account,
        # A choice in a menu message comes as text, but counts (and opens a window) as a menu click:
        # https://developers.weixin.qq.com/doc/offiaccount/Customer_Service/Customer_Service_Messages.html
        kind=events.MENU_CLICK if "key" in properties else events.MESSAGE,
        at=at,
        known_as=identity(account, handle.to),
        text=content[:MAX_TEXT],
        properties=properties,
        also_known_as=_also(tree),
        platform_kind=kind,
        can_reply=True,
    )


def _event(account: str, tree: Tree, plain: bytes, handle: ReplyHandle, at: datetime) -> InboundEvent:
    name = _shaped(tree, "Event", _TYPE)
    meaning = meaning_of(name) or Meaning(_custom(name), of_account=name.lower() in OF_ACCOUNT)
    # Where the platform itself reports about a member, the member is in a field of its own.
    whose = text_at(tree, "OpenID") or handle.to
    if _ADDRESS.fullmatch(whose) is None or (meaning.kind == events.ERASURE_ASKED and whose == handle.to):
        raise Unintelligible("OpenID")
    return InboundEvent(
        # The official key, sender and second, loses real events (two scans, locations every 5 s). What
        # tells them apart stands in the message; a retry carries the same one, sealed anew.
        key=callback_key(account, int(at.timestamp()), plain),
        account=account,
        kind=meaning.kind,
        at=at,
        known_as="" if meaning.of_account else identity(account, whose),
        properties=_properties(tree, name.lower(), meaning),
        also_known_as=() if meaning.of_account else _also(tree),
        platform_kind=name,
        can_reply=meaning.can_reply,
    )


def _properties(tree: Tree, name: str, meaning: Meaning) -> dict[str, Scalar]:
    if meaning.kind.startswith("custom.") and not meaning.fields:
        return everything(tree, _HEADER)
    found = gather(tree, meaning.fields)
    if meaning.kind == events.FOLLOWED:
        _split_scene(found)
    elif meaning.kind == events.DELIVERY_RECEIPT:
        found.update(receipts(name, tree, found))
    elif meaning.kind == events.SUBSCRIPTION_ANSWERED:
        found.update(answers(tree))
    elif meaning.kind == events.LINK_CLICKED:
        found["via"] = "menu"
    return found


def _split_scene(found: dict[str, Scalar]) -> None:
    scene = str(found.pop("scene", ""))
    if scene.startswith(_FOLLOW_SCENE):
        found["scene"] = scene.removeprefix(_FOLLOW_SCENE)
    elif scene.startswith(_AFTER_PAYMENT):
        found["payment"] = scene.removeprefix(_AFTER_PAYMENT)


def _shaped(tree: Tree, name: str, shape: re.Pattern[str]) -> str:
    value = tree.get(name)
    if not isinstance(value, str):
        raise Unintelligible(name)
    if shape.fullmatch(value) is None:
        value = value.strip()
        if shape.fullmatch(value) is None:
            raise Unintelligible(name)
    return value


def _also(tree: Tree) -> tuple[str, ...]:
    if "UnionId" not in tree and "UnionID" not in tree:
        return ()
    unionid = text_at(tree, "UnionId") or text_at(tree, "UnionID")
    return (identity(UNIONID, unionid),) if _ADDRESS.fullmatch(unionid) else ()


def _custom(name: str) -> str:
    return f"custom.platform_{name.lower()}"
