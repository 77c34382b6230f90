"""Reading the JSON that others post: one place that says what is missing instead of a KeyError."""

from typing import Any

Json = dict[str, Any]


class BadFieldError(ValueError):
    """A posted field that is missing or of the wrong type; the text names it."""


def text(body: Json, name: str, default: str | None = None) -> str:
    """The text field ``name``."""
    value = body.get(name, default)
    if not isinstance(value, str):
        raise BadFieldError(f"{name} must be text")
    return value


def whole(body: Json, name: str, default: int | None = None) -> int:
    """The whole-number field ``name`` (a bool is none)."""
    value = body.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadFieldError(f"{name} must be a whole number")
    return value


def number(body: Json, name: str, default: float) -> float:
    """The number field ``name``."""
    value = body.get(name, default)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise BadFieldError(f"{name} must be a number")
    return float(value)


def flag(body: Json, name: str, *, default: bool) -> bool:
    """The true/false field ``name``."""
    value = body.get(name, default)
    if not isinstance(value, bool):
        raise BadFieldError(f"{name} must be true or false")
    return value


def table(body: Json, name: str, default: Json | None = None) -> Json:
    """The object field ``name``."""
    value = body.get(name, default)
    if not isinstance(value, dict):
        raise BadFieldError(f"{name} must be an object")
    return value


def rows(body: Json, name: str) -> list[Any]:
    """The array field ``name``."""
    value = body.get(name)
    if not isinstance(value, list):
        raise BadFieldError(f"{name} must be an array")
    return value


def texts(body: Json, name: str) -> list[str]:
    """The array of texts ``name``."""
    value = rows(body, name)
    if not all(isinstance(item, str) for item in value):
        raise BadFieldError(f"{name} must be an array of texts")
    return value
