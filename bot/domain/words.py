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
    return plain(text) in _set_of(tuple(words))


def mentions(text: str, words: Iterable[str]) -> str | None:
    """Return the first of the words that occurs anywhere in the message, None when none does."""
    said = plain(text)
    for word, bare in _pairs_of(tuple(words)):
        if bare in said:
            return word
    return None


# The words come from the configuration, the same few tuples for every message.
@lru_cache(maxsize=1024)
def _set_of(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(plain(word) for word in words)


@lru_cache(maxsize=1024)
def _pairs_of(words: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((word, plain(word)) for word in words)
