"""Temporary media (3 days), permanent material, drafts.

https://developers.weixin.qq.com/doc/service/api/material/temporary/api_uploadtempmedia.html
"""

from datetime import timedelta
from typing import Any

from bot.sandbox.account import Media
from bot.sandbox.api.call import OK, Blob, Call, Endpoint
from bot.sandbox.refusal import Refusal
from bot.sandbox.shapes import Json

_LIFE = timedelta(days=3)
_MB = 1024 * 1024
_SIZES = {"image": 10 * _MB, "voice": 2 * _MB, "video": 10 * _MB, "thumb": 64 * 1024}
_ENDINGS = {
    "image": ("bmp", "png", "jpeg", "jpg", "gif"),
    "voice": ("mp3", "wma", "wav", "amr"),
    "video": ("mp4",),
    "thumb": ("jpg", "jpeg"),
}
_DRAFT_ARTICLES = 8


def _store(call: Call, *, for_ever: bool) -> tuple[str, str]:
    kind = call.query.get("type", "")
    if kind not in _SIZES:
        raise Refusal(40004)
    if call.upload is None:
        raise Refusal(41005)
    if call.upload.name.rpartition(".")[2].lower() not in _ENDINGS[kind]:
        raise Refusal(40005)
    if not 0 < len(call.upload.data) <= _SIZES[kind]:
        raise Refusal(40006)
    media_id = call.world.chance.text(64)
    ends = None if for_ever else call.now + _LIFE
    call.account.media[media_id] = Media(kind, call.upload.data, call.upload.name, ends)
    return kind, media_id


def _upload(call: Call) -> Json:
    kind, media_id = _store(call, for_ever=False)
    name = "thumb_media_id" if kind == "thumb" else "media_id"
    return {"type": kind, name: media_id, "created_at": call.world.clock.epoch()}


def _get(call: Call) -> Blob:
    media_id = call.living_media(call.query.get("media_id"))
    media = call.account.media[media_id]
    return Blob(media.data, "application/octet-stream", media.name)


def _add_material(call: Call) -> Json:
    kind, media_id = _store(call, for_ever=True)
    url = f"http://mmbiz.qpic.cn/{media_id}" if kind in ("image", "thumb") else ""
    return {"media_id": media_id} | ({"url": url} if url else {})


def _del_material(call: Call) -> Json:
    media_id = call.living_media(call.body.get("media_id"))
    del call.account.media[media_id]
    return OK


def _upload_image(call: Call) -> Json:
    if call.upload is None:
        raise Refusal(41005)
    if len(call.upload.data) > _MB:
        raise Refusal(40006)
    return OK | {"url": f"http://mmbiz.qpic.cn/{call.world.chance.text(40)}"}


def _add_draft(call: Call) -> Json:
    articles: Any = call.body.get("articles")
    if not isinstance(articles, list) or not 1 <= len(articles) <= _DRAFT_ARTICLES:
        raise Refusal(45008)
    for article in articles:
        if not isinstance(article, dict) or not article.get("title"):
            raise Refusal(45003)
        if not article.get("content"):
            raise Refusal(44004)
        _require_permanent(call, article.get("thumb_media_id"))
    media_id = call.world.chance.text(64)
    call.account.media[media_id] = Media("mpnews", b"", articles[0]["title"], None)
    return {"media_id": media_id}


def _require_permanent(call: Call, media_id: object) -> None:
    if call.account.media[call.living_media(media_id)].ends is not None:
        raise Refusal(40007, "a draft needs permanent material")


ENDPOINTS: dict[str, Endpoint] = {
    "/cgi-bin/media/upload": Endpoint("POST", _upload, takes_file=True),
    "/cgi-bin/media/uploadimg": Endpoint("POST", _upload_image, takes_file=True),
    "/cgi-bin/media/get": Endpoint("GET", _get),
    "/cgi-bin/material/add_material": Endpoint("POST", _add_material, takes_file=True),
    "/cgi-bin/material/del_material": Endpoint("POST", _del_material),
    "/cgi-bin/draft/add": Endpoint("POST", _add_draft),
}
