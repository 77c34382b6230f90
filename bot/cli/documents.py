"""Values as JSON documents."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from math import isfinite
from typing import Any


def plain(what: Any) -> Any:  # noqa: ANN401  any of our values, as JSON knows them
    """Return a value as a document: moments as ISO 8601, what is not finite as null."""
    if is_dataclass(what):
        return {field.name: plain(getattr(what, field.name)) for field in fields(what)}
    if isinstance(what, Mapping):
        return {str(name): plain(one) for name, one in what.items()}
    if isinstance(what, list | tuple):
        return [plain(one) for one in what]
    if isinstance(what, datetime):
        return what.isoformat()
    if isinstance(what, float) and not isfinite(what):
        return None
    return what
