"""What a robot says: streams as answers, markdown when nobody asked.

https://developer.work.weixin.qq.com/document/path/101031: a stream holds 20,480 bytes.
"""

import re
from typing import Any

from bot.channels._shared.json_bodies import key_of
from bot.domain.content import Content, Text
from bot.domain.errors import Undeliverable

MOST_BYTES = 20_480
_MARKS = re.compile(r"([\\`<\[\]])")


def stream(content: Content, of: str) -> dict[str, Any]:
    """Return the answer as a stream that ends at once; `of` names what it answers."""
    stream_id = key_of("stream", of)[-32:]
    return {"msgtype": "stream", "stream": {"id": stream_id, "finish": True, "content": words(content)}}


def markdown(content: Content) -> dict[str, Any]:
    """Return the message as markdown: the platform takes no plain text that nobody asked for."""
    return {"msgtype": "markdown", "markdown": {"content": words(content)}}


def words(content: Content) -> str:
    """Return the text, what makes links and code escaped, cut at the limit; raise Undeliverable otherwise."""
    if not isinstance(content, Text):
        raise Undeliverable("content_not_for_route", detail=type(content).__name__)
    plain = _MARKS.sub(r"\\\1", content.text)
    return plain.encode()[:MOST_BYTES].decode("utf-8", "ignore")
