"""How comparisons are written: `3`, `">=3"`, `">=30d"`, `"!=杭州"`; a plain value asks for equality."""

import re
from typing import cast

from bot.config.values import duration
from bot.domain.conditions import Comparison, Operator
from bot.domain.events import Scalar

# Beyond this a number is no longer exact everywhere it passes through.
LARGEST = 2**53
LONGEST_TEXT = 200
_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_RELATION = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*(.*)", re.DOTALL)
_NUMBER = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,9})?", re.ASCII)


def text(value: object) -> str:
    """Return a name or a text that every database can hold."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("write a text, in quotes if it could be read as something else")
    if len(value) > LONGEST_TEXT or _UNSTORABLE.search(value):
        raise ValueError(f"a text has at most {LONGEST_TEXT} characters and no control characters")
    return value


def number(value: object) -> float:
    """Return a number whose comparison is exact in memory and in both databases; whole ones stay whole."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value) if "." in value else int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:
        raise ValueError("write a number, at most 2^53")
    return value


def split(value: object) -> tuple[Operator, object]:
    """Return the relation and what stands right of it; without one it is equality."""
    found = _RELATION.fullmatch(value) if isinstance(value, str) else None
    return ("==", value) if found is None else (cast("Operator", found[1]), found[2].strip())


def numeric(value: object) -> Comparison:
    """Return the comparison with a number: `3`, `">=3"`."""
    relation, right = split(value)
    try:
        return Comparison(relation, number(right))
    except ValueError:
        raise ValueError('write a number or a comparison such as ">=3"') from None


def count(value: object) -> Comparison:
    """Return the comparison with a number of times, which is whole and not negative."""
    found = numeric(value)
    if found.value != int(found.value) or found.value < 0:
        raise ValueError("a count is a whole number, zero or more")
    return Comparison(found.operator, int(found.value))


def span(value: object) -> Comparison:
    """Return the comparison with a span of time, in seconds: `">=30d"`."""
    relation, right = split(value)
    if right is value:
        raise ValueError('write a comparison with a span of time, such as ">=30d"')
    return Comparison(relation, duration(right).total_seconds())


def scalar(value: object) -> tuple[Operator, Scalar]:
    """Return the relation and the plain value right of it; after a relation digits are a number."""
    relation, right = split(value)
    if right is not value and _NUMBER.fullmatch(str(right)):
        return relation, number(right)
    return relation, plain(right)


def plain(value: object) -> Scalar:
    """Return a plain value as it stands: text, number, true, false or nothing."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, str):
        return text(value)
    raise ValueError("write a text, a number, true, false or a comparison")
