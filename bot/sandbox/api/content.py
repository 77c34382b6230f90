"""What a customer-service or mass message may contain, type by type.

https://developers.weixin.qq.com/doc/service/api/customer/message/api_sendcustommessage
"""

from collections.abc import Callable

from bot.sandbox.api.call import Call
from bot.sandbox.refusal import Refusal
from bot.sandbox.shapes import Json

_TEXT_BYTES = 2048
_TITLE_BYTES = 64 * 4
Checker = Callable[[Call, Json], str]


def read_content(call: Call, kinds: dict[str, Checker]) -> tuple[str, Json, str]:
    """The type, the content object and the text a member reads; refused if the platform would refuse it."""
    kind = call.body.get("msgtype")
    if not isinstance(kind, str) or kind not in kinds:
        raise Refusal(40008)
    content = call.body.get(kind)
    if not isinstance(content, dict):
        raise Refusal(47001, f"{kind} is missing")
    return kind, content, kinds[kind](call, content)


def _filled(content: Json, *names: str) -> None:
    for name in names:
        if not content.get(name):
            raise Refusal(40035, f"{name} is missing")


def _text(_call: Call, content: Json) -> str:
    words = content.get("content")
    if not isinstance(words, str) or not words:
        raise Refusal(44004)
    if len(words.encode()) > _TEXT_BYTES:
        raise Refusal(45002)
    return words


def _media(call: Call, content: Json) -> str:
    call.living_media(content.get("media_id"))
    return ""


def _images(call: Call, content: Json) -> str:
    for media_id in content.get("media_ids") or [content.get("media_id")]:
        call.living_media(media_id)
    return str(content.get("recommend", ""))


def _music(call: Call, content: Json) -> str:
    _filled(content, "musicurl", "hqmusicurl")
    call.living_media(content.get("thumb_media_id"))
    return str(content.get("title", ""))


def _news(_call: Call, content: Json) -> str:
    articles = content.get("articles")
    if not isinstance(articles, list) or not articles:
        raise Refusal(44003)
    if len(articles) > 1:
        raise Refusal(45008)
    article = articles[0]
    if not isinstance(article, dict):
        raise Refusal(47001)
    _filled(article, "title", "url")
    if len(article["title"].encode()) > _TITLE_BYTES:
        raise Refusal(45003)
    return "\n".join(str(article.get(name, "")) for name in ("title", "description") if article.get(name))


def _article(_call: Call, content: Json) -> str:
    _filled(content, "article_id")
    return ""


def _menu(_call: Call, content: Json) -> str:
    entries = content.get("list")
    if not isinstance(entries, list) or not entries:
        raise Refusal(40035, "list is missing")
    for entry in entries:
        if not isinstance(entry, dict):
            raise Refusal(47001)
        _filled(entry, "id", "content")
    words = [str(content.get("head_content", "")), *(str(entry["content"]) for entry in entries)]
    words.append(str(content.get("tail_content", "")))
    whole = "\n".join(word for word in words if word)
    if len(whole.encode()) > _TEXT_BYTES:
        raise Refusal(45002)
    return whole


def _card(_call: Call, content: Json) -> str:
    _filled(content, "card_id")
    return ""


def _mini_program(call: Call, content: Json) -> str:
    _filled(content, "title", "appid", "pagepath")
    call.living_media(content.get("thumb_media_id"))
    return str(content["title"])


CUSTOM: dict[str, Checker] = {
    "text": _text,
    "image": _media,
    "voice": _media,
    "video": _media,
    "music": _music,
    "news": _news,
    "mpnews": _media,
    "mpnewsarticle": _article,
    "msgmenu": _menu,
    "wxcard": _card,
    "miniprogrampage": _mini_program,
}
MASS: dict[str, Checker] = {
    "text": _text,
    "image": _media,
    "images": _images,
    "voice": _media,
    "mpvideo": _media,
    "mpnews": _media,
    "wxcard": _card,
}
