"""Reading what the bot answers to a callback, as strictly as the platform does.

https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Passive_user_reply_message.html :
an empty body, ``success``, or one reply message, which in safe mode is encrypted and signed. For anything
else the member is told that the service is out of order.
"""

from collections.abc import Callable
from datetime import datetime

from bot.sandbox.account import Account
from bot.sandbox.crypto import SealBrokenError, signature_matches
from bot.sandbox.markup import BadXmlError, Node, read
from bot.sandbox.people import Member
from bot.sandbox.shapes import Json

_LARGEST = 64 * 1024
_TEXT_BYTES = 2048
_ARTICLES = 8


class BadReplyError(ValueError):
    """An answer the platform would not show to the member."""


def read_reply(body: bytes, account: Account, member: Member, now: datetime) -> Json | None:
    """The reply as ``{MsgType, …}``, or None for the two answers that say nothing."""
    if body in (b"", b"success"):
        return None
    if len(body) > _LARGEST:
        raise BadReplyError(f"{len(body)} bytes are too many for a reply")
    try:
        message = read(_opened(body, account))
    except (BadXmlError, SealBrokenError, UnicodeError) as exc:
        raise BadReplyError(str(exc)) from exc
    _check(message, account, member, now)
    return {child.name: child.plain() for child in message.children}


def _opened(body: bytes, account: Account) -> bytes:
    link = account.link
    if link.mode == "plain" or link.seal is None:
        return body
    envelope = read(body)
    sealed = envelope.value("Encrypt")
    if sealed is None:
        if link.mode == "compatible":
            return body
        raise BadReplyError("a plaintext reply in safe mode")
    _only_once(envelope)
    stamp, nonce = envelope.value("TimeStamp") or "", envelope.value("Nonce") or ""
    if not stamp.isdigit() or not nonce:
        raise BadReplyError("the envelope lacks its TimeStamp or Nonce")
    if not signature_matches(envelope.value("MsgSignature") or "", link.token, stamp, nonce, sealed):
        raise BadReplyError("the MsgSignature is wrong")
    return link.seal.open(sealed)


def _check(message: Node, account: Account, member: Member, now: datetime) -> None:
    _only_once(message)
    if message.value("ToUserName") != member.openid or message.value("FromUserName") != account.original_id:
        raise BadReplyError("ToUserName and FromUserName are not those of the callback, swapped")
    if not (message.value("CreateTime") or "").isdigit():
        raise BadReplyError("CreateTime is not a whole number")
    kind = message.value("MsgType") or ""
    if kind not in _KINDS:
        raise BadReplyError(f"unknown MsgType {kind!r}")
    _KINDS[kind](message, account, now)


def _only_once(node: Node) -> None:
    names = [child.name for child in node.children]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadReplyError(f"{', '.join(twice)} stands there twice")


def _text(message: Node, _account: Account, _now: datetime) -> None:
    content = message.value("Content") or ""
    if not content.strip():
        raise BadReplyError("an empty Content")
    if len(content.encode()) > _TEXT_BYTES:
        raise BadReplyError(f"a Content of {len(content.encode())} bytes, {_TEXT_BYTES} at most")


def _media(wrapper: str, field: str = "MediaId") -> Callable[[Node, Account, datetime], None]:
    def check(message: Node, account: Account, now: datetime) -> None:
        inner = message.find(wrapper)
        media_id = (inner.value(field) if inner is not None else None) or ""
        media = account.media.get(media_id)
        if media is None or (media.ends is not None and now >= media.ends):
            raise BadReplyError(f"{wrapper}/{field} {media_id!r} is no living media")

    return check


def _news(message: Node, _account: Account, _now: datetime) -> None:
    articles = message.find("Articles")
    items = articles.children if articles is not None else []
    if not 1 <= len(items) <= _ARTICLES or any(item.name != "item" for item in items):
        raise BadReplyError(f"news needs 1 to {_ARTICLES} articles")
    if message.value("ArticleCount") != str(len(items)):
        raise BadReplyError("ArticleCount is not the number of articles")
    for item in items:
        _only_once(item)
        if not item.value("Title") or item.value("Url") is None:
            raise BadReplyError("an article needs Title and Url")


def _transfer(_message: Node, _account: Account, _now: datetime) -> None:
    """transfer_customer_service needs no more than its type."""


_KINDS: dict[str, Callable[[Node, Account, datetime], None]] = {
    "text": _text,
    "image": _media("Image"),
    "voice": _media("Voice"),
    "video": _media("Video"),
    "music": _media("Music", "ThumbMediaId"),
    "news": _news,
    "transfer_customer_service": _transfer,
}
