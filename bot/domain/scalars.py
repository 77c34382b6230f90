"""Comparing plain values the same way everywhere: in memory, and as SQL must answer too."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from bot.domain.conditions import Operator
from bot.domain.events import Scalar

RELATIONS: Mapping[Operator, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "==": operator.eq,
    "!=": operator.ne,
}

# What holds of "not (left op right)" for values that are always there.
OPPOSITES: Mapping[Operator, Operator] = {">=": "<", ">": "<=", "<=": ">", "<": ">=", "==": "!=", "!=": "=="}


def kind_of(value: Scalar) -> str:
    """Return ``null``, ``boolean``, ``number`` or ``string``; true is no number."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    return "string" if isinstance(value, str) else "number"


def compare(left: Scalar, relation: Operator, right: Scalar) -> bool:
    """Return whether `left` stands in `relation` to `right`.

    Values of different kinds are unequal and in no order. Numbers compare as numbers, strings by code
    point. Nothing (None) equals only nothing; it and booleans have no order.
    """
    kind = kind_of(left)
    if kind != kind_of(right):
        return relation == "!="
    if relation not in {"==", "!="} and kind in {"null", "boolean"}:
        return False
    return bool(RELATIONS[relation](left, right))
