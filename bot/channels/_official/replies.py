"""Writing passive replies: XML that nothing said by a member can break out of.

https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Passive_user_reply_message.html
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from bot.channels._official.wording import as_text, cut
from bot.domain.channel import ReplyHandle
from bot.domain.content import Content, Image, Music, News, Text, Transfer, Video, Voice

MAX_ARTICLES = 8
# What XML 1.0 cannot carry; one of these would make the whole reply unreadable.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def reply_xml(handle: ReplyHandle, content: Content, seconds: int) -> bytes:
    """Return the unencrypted reply; media must be platform ids by now."""
    kind, inner = _body(content)
    return (
        f"<xml><ToUserName>{cdata(handle.to)}</ToUserName>"
        f"<FromUserName>{cdata(handle.sender)}</FromUserName>"
        f"<CreateTime>{seconds}</CreateTime><MsgType>{cdata(kind)}</MsgType>{inner}</xml>"
    ).encode()


def envelope_xml(sealed: str, signature: str, stamp: str, nonce: str) -> bytes:
    """Return the envelope of an encrypted reply; all its parts are letters and digits of our own."""
    return (
        f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt><MsgSignature><![CDATA[{signature}]]></MsgSignature>"
        f"<TimeStamp>{stamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
    ).encode()


def cdata(text: str) -> str:
    """Return the text as a CDATA section that ends where we end it."""
    if text.isascii() and text.isprintable() and "]]>" not in text:
        return f"<![CDATA[{text}]]>"
    return f"<![CDATA[{_FORBIDDEN.sub('', text).replace(']]>', ']]]]><![CDATA[>')}]]>"


def _body(content: Content) -> tuple[str, str]:
    writer = _WRITERS.get(type(content))
    if writer is not None:
        return writer(content)
    return _text(as_text(content))


# What everybody is told who asks the same is written once.
@lru_cache(maxsize=256)
def _text(content: Text) -> tuple[str, str]:
    return "text", f"<Content>{cdata(cut(_FORBIDDEN.sub('', content.text)))}</Content>"


def _news(content: News) -> tuple[str, str]:
    articles = content.articles[:MAX_ARTICLES]
    items = "".join(
        f"<item><Title>{cdata(one.title)}</Title><Description>{cdata(one.description)}</Description>"
        f"<PicUrl>{cdata(one.image_url)}</PicUrl><Url>{cdata(one.url)}</Url></item>"
        for one in articles
    )
    return "news", f"<ArticleCount>{len(articles)}</ArticleCount><Articles>{items}</Articles>"


def _image(content: Image) -> tuple[str, str]:
    return "image", f"<Image><MediaId>{cdata(content.media)}</MediaId></Image>"


def _voice(content: Voice) -> tuple[str, str]:
    return "voice", f"<Voice><MediaId>{cdata(content.media)}</MediaId></Voice>"


def _video(content: Video) -> tuple[str, str]:
    return "video", (
        f"<Video><MediaId>{cdata(content.media)}</MediaId><Title>{cdata(content.title)}</Title>"
        f"<Description>{cdata(content.description)}</Description></Video>"
    )


def _music(content: Music) -> tuple[str, str]:
    return "music", (
        f"<Music><Title>{cdata(content.title)}</Title><Description>{cdata(content.description)}</Description>"
        f"<MusicUrl>{cdata(content.url)}</MusicUrl><HQMusicUrl>{cdata(content.hq_url)}</HQMusicUrl>"
        f"<ThumbMediaId>{cdata(content.thumb_media)}</ThumbMediaId></Music>"
    )


def _transfer(content: Transfer) -> tuple[str, str]:
    agent = f"<TransInfo><KfAccount>{cdata(content.agent)}</KfAccount></TransInfo>" if content.agent else ""
    return "transfer_customer_service", agent


_WRITERS: dict[type, Callable[[Any], tuple[str, str]]] = {
    Text: _text,
    News: _news,
    Image: _image,
    Voice: _voice,
    Video: _video,
    Music: _music,
    Transfer: _transfer,
}
