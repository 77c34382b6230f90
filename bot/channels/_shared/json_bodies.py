"""JSON from outside, read without trusting it: bounded, of the expected shape, or refused by a reason."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import orjson

MAX_TEXT = 4000
Json = Mapping[str, Any]


class Unintelligible(ValueError):
    """An authentic message that makes no sense; the text is a reason code."""


def read_object(body: bytes) -> Json:
    """Return the one JSON object in the body; raise Unintelligible for anything else."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Unintelligible("not_json") from error
    if not isinstance(found, dict):
        raise Unintelligible("not_an_object")
    return found


def text_at(body: Json, name: str, most: int = 128) -> str:
    """Return a text or number as text; raise Unintelligible when it is missing, empty or too long."""
    found = optional(body, name, most)
    if not found:
        raise Unintelligible(name)
    return found


def optional(body: Json, name: str, most: int = 128) -> str:
    """Return a text or number as text, empty when there is none; raise Unintelligible when too long."""
    found = body.get(name)
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    text = str(found).replace("\x00", "")
    if len(text) > most or any(ord(one) < 32 for one in text):
        raise Unintelligible(name)
    return text


def object_at(body: Json, name: str) -> Json:
    """Return the object under a name, an empty one when there is none."""
    found = body.get(name)
    return found if isinstance(found, dict) else {}


def said(text: object) -> str:
    """Return what a person wrote, without what no text may hold, and not endlessly."""
    if not isinstance(text, str):
        return ""
    clean = text.encode("utf-8", "ignore").decode()
    return "".join(one for one in clean[:MAX_TEXT] if one in "\n\t" or ord(one) >= 32)


def key_of(account: str, *parts: str) -> str:
    """Return the key under which a callback is handled once; a digest, since keys outlive a member."""
    glued = "\x1f".join(parts).encode("utf-8", "replace")
    return f"{account}:{blake2b(glued, digest_size=16).hexdigest()}"
