"""A condition as a JSON document and back, so that an audience can be kept beside what it is for."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta
from typing import Any

from bot.domain import conditions
from bot.domain.conditions import Comparison, Condition

_KINDS = {
    kind.__name__: kind
    for kind in (
        conditions.Always, conditions.AllOf, conditions.AnyOf, conditions.Not, conditions.Did,
        conditions.Overdue,
        conditions.InSegment, conditions.Tagged, conditions.StageIs, conditions.RfmIs, conditions.KnownFor,
        conditions.Unfollowed, conditions.AttributeIs, conditions.AttributeIn, conditions.EventIs,
        conditions.CouponIs, conditions.InGroup, Comparison,
    )
}  # fmt: skip
_KIND = "is"
_SECONDS = "seconds_long"


def to_document(condition: Condition | Comparison) -> dict[str, Any]:
    """Return the tree as plain values."""
    named = {field.name: _plain(getattr(condition, field.name)) for field in fields(condition)}
    return {_KIND: type(condition).__name__, **named}


def from_document(document: Mapping[str, Any]) -> Condition:
    """Return the tree behind plain values; raises KeyError for what no version of ours wrote."""
    made: Condition = _made(document)
    return made


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return {_SECONDS: value.total_seconds()}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return to_document(value) if type(value).__name__ in _KINDS else value


def _made(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_made(one) for one in value)
    if not isinstance(value, Mapping):
        return value
    if _SECONDS in value:
        return timedelta(seconds=value[_SECONDS])
    kind = _KINDS[value[_KIND]]
    return kind(**{name: _made(one) for name, one in value.items() if name != _KIND})
