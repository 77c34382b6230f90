"""A content as a JSON document and back, so that a stored batch can be called again as it was."""

from dataclasses import asdict
from typing import Any

from bot.domain.content import (
    Article,
    Content,
    Image,
    MiniProgram,
    Music,
    News,
    Notice,
    Text,
    Transfer,
    Video,
    Voice,
)

_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind for kind in (Text, Image, Voice, Video, Music, MiniProgram, Transfer)
}


def document_of(content: Content) -> dict[str, Any]:
    """Return the content as a JSON document."""
    return {"kind": type(content).__name__, "values": asdict(content)}


def content_of(document: dict[str, Any]) -> Content:
    """Return the content behind a document of `document_of`."""
    kind, values = document["kind"], document["values"]
    if kind == News.__name__:
        return News(tuple(Article(**article) for article in values["articles"]))
    if kind == Notice.__name__:
        page = values["mini_program"]
        return Notice(**{**values, "mini_program": tuple(page) if page else None})
    content: Content = _KINDS[kind](**values)
    return content
