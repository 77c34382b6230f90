"""Values as JSON documents."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any


def plain(what: Any) -> dict[str, Any]:  # noqa: ANN401  any of our values
    """Return a value or a mapping as a document: moments as ISO 8601, nested values as they are."""
    if is_dataclass(what):
        return {field.name: _simple(getattr(what, field.name)) for field in fields(what)}
    return {name: _simple(one) for name, one in what.items()}


def _simple(one: object) -> object:
    if isinstance(one, datetime):
        return one.isoformat()
    if isinstance(one, list):
        return [plain(each) if isinstance(each, Mapping) else each for each in one]
    return one
