"""What may be stored: the one place that keeps out what the two databases would treat differently.

SQLite takes a NUL that PostgreSQL refuses, stores NaN as NULL, and both drivers raise on lone
surrogates and on integers of 64 bits and more; so everything is made storable before it gets there.
"""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar
from unicodedata import is_normalized, normalize

from bot.domain.events import Scalar

LONGEST_TEXT = 8192
LONGEST_NAME = 256
MOST_PROPERTIES = 128
LARGEST_INTEGER = 2**63 - 1
EXACT_FLOAT = 2.0**53

Value = TypeVar("Value", bound=Scalar)


class NotStorable(ValueError):
    """A number that no database of ours can keep: not finite, or of 64 bits and more."""


def text(value: str, longest: int = LONGEST_TEXT) -> str:
    """Return the text without NUL, with lone surrogates replaced, in NFC, at most `longest` characters."""
    clean = value if value.isascii() else _normal(value)
    if "\0" in clean:
        clean = clean.replace("\0", "")
    return clean if len(clean) <= longest else clean[:longest]


# Names and kinds are the same few again and again.
@lru_cache(maxsize=4096)
def name(value: str) -> str:
    """Return a name (of a property, of a kind of event) ready to be stored, at most 256 characters."""
    return text(value, LONGEST_NAME)


def _normal(value: str) -> str:
    """Return the text in NFC; most text is already, and looking costs a fraction of making sure."""
    try:
        value.encode()
    except UnicodeEncodeError:
        value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value if is_normalized("NFC", value) else normalize("NFC", value)


def scalar(value: Scalar) -> Scalar:
    """Return the value ready to be stored; raise NotStorable for a number that cannot be."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise NotStorable("a number that is not finite")
        # Beyond 53 bits a float is a whole number, and PostgreSQL's JSONB gives it back as one.
        return integer(int(value)) if abs(value) >= EXACT_FLOAT else value
    return integer(value)


def integer(value: int) -> int:
    """Return the integer when it fits 64 bits with sign, else raise NotStorable."""
    if not -LARGEST_INTEGER - 1 <= value <= LARGEST_INTEGER:
        raise NotStorable("an integer of 64 bits or more")
    return value


def scalars(values: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """Return the mapping ready to be stored; raise NotStorable for too many entries."""
    if len(values) > MOST_PROPERTIES:
        raise NotStorable(f"more than {MOST_PROPERTIES} properties")
    return {
        name(called): text(value) if type(value) is str else scalar(value) for called, value in values.items()
    }
