"""The body of each kind of send.

custom/send      https://developers.weixin.qq.com/doc/service/api/customer/message/api_sendcustommessage
template/send    https://developers.weixin.qq.com/doc/service/api/notify/template/api_sendtemplatemessage.md
bizsend          https://developers.weixin.qq.com/doc/service/api/notify/notify/api_sendnewsubscribemsg.html
mass/send        https://developers.weixin.qq.com/doc/service/api/notify/message/api_masssend.html
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.channels._official.wording import as_text, cut
from bot.domain.channel import Delivery
from bot.domain.content import Content, Image, MiniProgram, Music, News, Notice, Text, Transfer, Video, Voice
from bot.domain.errors import Undeliverable

CUSTOMER_SERVICE = "customer_service"
TEMPLATE_MESSAGE = "template_message"
SUBSCRIPTION_NOTICE = "subscription_notice"
MASS = "mass"
MASS_SIZES = range(2, 10_001)
_KEY = re.compile(r"[A-Za-z0-9_-]{1,32}")
Body = dict[str, Any]


def call_for(delivery: Delivery, content: Content) -> tuple[str, Body]:
    """Return the API's path and the JSON body; raise Undeliverable for what this route cannot carry.

    `content` is the delivery's with its media on the platform.
    """
    builder = _BUILDERS.get(delivery.method)
    if builder is None:
        raise Undeliverable("no_such_route", detail=delivery.method)
    return builder(delivery, content)


def platform_key(key: str) -> str:
    """Return the idempotency key in at most 32 plain characters; a longer one becomes its digest."""
    if _KEY.fullmatch(key):
        return key
    return hashlib.blake2b(key.encode(), digest_size=16).hexdigest()


def _customer_service(delivery: Delivery, content: Content) -> tuple[str, Body]:
    kind, inner = _message(content)
    return "cgi-bin/message/custom/send", {"touser": _one(delivery), "msgtype": kind, kind: inner}


def _template_message(delivery: Delivery, content: Content) -> tuple[str, Body]:
    notice = _notice(content)
    body = _filled(delivery, notice)
    if notice.url:
        body["url"] = notice.url
    if delivery.key:
        # Within 10 minutes the same key reaches the same member once.
        body["client_msg_id"] = platform_key(delivery.key)
    return "cgi-bin/message/template/send", body


def _subscription_notice(delivery: Delivery, content: Content) -> tuple[str, Body]:
    notice = _notice(content)
    body = _filled(delivery, notice)
    if notice.url:
        body["page"] = notice.url
    return "cgi-bin/message/subscribe/bizsend", body


def _mass(delivery: Delivery, content: Content) -> tuple[str, Body]:
    if len(delivery.to) not in MASS_SIZES:
        raise Undeliverable("address_list_size", detail=str(len(delivery.to)))
    kind, inner = _mass_message(content)
    body: Body = {"touser": list(delivery.to), "msgtype": kind, kind: inner, "send_ignore_reprint": 0}
    if delivery.key:
        body["clientmsgid"] = platform_key(delivery.key)
    return "cgi-bin/message/mass/send", body


def _filled(delivery: Delivery, notice: Notice) -> Body:
    body: Body = {
        "touser": _one(delivery),
        "template_id": notice.template,
        "data": {name: {"value": value} for name, value in notice.fields.items()},
    }
    if notice.mini_program is not None:
        app_id, page = notice.mini_program
        body["miniprogram"] = {"appid": app_id, "pagepath": page}
    return body


def _one(delivery: Delivery) -> str:
    if len(delivery.to) != 1:
        raise Undeliverable("address_list_size", detail=str(len(delivery.to)))
    return delivery.to[0]


def _notice(content: Content) -> Notice:
    if not isinstance(content, Notice):
        raise _unfit(content)
    return content


def _unfit(content: Content) -> Undeliverable:
    return Undeliverable("content_not_for_route", detail=type(content).__name__)


def _mass_message(content: Content) -> tuple[str, Body]:
    if isinstance(content, Image):
        return "image", {"media_id": content.media}
    if isinstance(content, Voice):
        return "voice", {"media_id": content.media}
    if isinstance(content, Text | MiniProgram):
        return "text", {"content": cut(as_text(content).text)}
    raise _unfit(content)


def _message(content: Content) -> tuple[str, Body]:
    writer = _MESSAGES.get(type(content))
    if writer is not None:
        return writer(content)
    if isinstance(content, Transfer):
        raise _unfit(content)
    return "text", {"content": cut(as_text(content).text)}


def _text(content: Text) -> tuple[str, Body]:
    return "text", {"content": cut(content.text)}


def _news(content: News) -> tuple[str, Body]:
    # One card a message; the platform drops or refuses more.
    return "news", {
        "articles": [
            {"title": one.title, "description": one.description, "url": one.url, "picurl": one.image_url}
            for one in content.articles[:1]
        ]
    }


def _image(content: Image) -> tuple[str, Body]:
    return "image", {"media_id": content.media}


def _voice(content: Voice) -> tuple[str, Body]:
    return "voice", {"media_id": content.media}


def _video(content: Video) -> tuple[str, Body]:
    return "video", {
        "media_id": content.media,
        "title": content.title,
        "description": content.description,
    }


def _music(content: Music) -> tuple[str, Body]:
    return "music", {
        "title": content.title,
        "description": content.description,
        "musicurl": content.url,
        "hqmusicurl": content.hq_url or content.url,
        "thumb_media_id": content.thumb_media,
    }


def _mini_program(content: MiniProgram) -> tuple[str, Body]:
    if not content.thumb_media:
        return _text(as_text(content))
    return "miniprogrampage", {
        "title": content.title,
        "appid": content.app_id,
        "pagepath": content.page,
        "thumb_media_id": content.thumb_media,
    }


_MESSAGES: Mapping[type, Callable[[Any], tuple[str, Body]]] = {
    Text: _text,
    News: _news,
    Image: _image,
    Voice: _voice,
    Video: _video,
    Music: _music,
    MiniProgram: _mini_program,
}
_BUILDERS: Mapping[str, Callable[[Delivery, Content], tuple[str, Body]]] = {
    CUSTOMER_SERVICE: _customer_service,
    TEMPLATE_MESSAGE: _template_message,
    SUBSCRIPTION_NOTICE: _subscription_notice,
    MASS: _mass,
}
