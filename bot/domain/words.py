"""What a member wrote, made comparable."""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Return the text after NFKC, trimmed and case-folded: full-width and half-width become one."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def is_word(text: str, words: Iterable[str]) -> bool:
    """Return whether the whole message is one of the words: 退订单 is not 退订."""
    said = plain(text)
    return any(said == plain(word) for word in words)


def mentions(text: str, words: Iterable[str]) -> str | None:
    """Return the first of the words that occurs anywhere in the message, None when none does."""
    said = plain(text)
    return next((word for word in words if plain(word) in said), None)
