"""What every section shares: strict types, no unknown keys, and errors in our own words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, ValidationInfo, model_validator
from pydantic_core import ErrorDetails

from bot.config.document import Plain, under
from bot.config.problems import Problems, did_you_mean

Shape = TypeVar("Shape")


@dataclass(slots=True)
class Keys:
    """Which keys the mappings of the file may have, by identity, learned while validating."""

    known: dict[int, list[str]] = field(default_factory=dict)


class Section(BaseModel):
    """A mapping of the file with known keys."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, hide_input_in_errors=True, populate_by_name=False
    )

    @model_validator(mode="before")
    @classmethod
    def _learn_keys(cls, data: object, info: ValidationInfo) -> object:
        """Note the keys known here, for the did-you-mean of an unknown one."""
        if isinstance(data, dict) and isinstance(info.context, Keys):
            info.context.known[id(data)] = [fact.alias or name for name, fact in cls.model_fields.items()]
        return data


_ADAPTERS: dict[object, TypeAdapter[Any]] = {}


def _adapter(shape: type[Shape]) -> TypeAdapter[Shape]:
    """Return the validator of a shape, built once."""
    if shape not in _ADAPTERS:
        _ADAPTERS[shape] = TypeAdapter(shape)
    return _ADAPTERS[shape]


def validated(shape: type[Shape], value: Plain, path: str, problems: Problems) -> Shape | None:
    """Return `value` as `shape`, or None with every problem noted under `path`."""
    keys = Keys()
    try:
        shaped = _adapter(shape).validate_python(value, context=keys)
    except ValidationError as failure:
        for error in failure.errors(include_url=False):
            where = _path(path, error["loc"])
            problems.error(where, _sentence(error, value, keys))
    except RecursionError:
        problems.error(path, "nested too deep")
    else:
        return shaped
    return None


def _path(path: str, loc: Iterable[str | int]) -> str:
    """Return the path of an error; pydantic's mark for a wrong key is not part of it."""
    for key in loc:
        if key != "[key]":
            path = under(path, key)
    return path


_SENTENCES = {
    "missing": "this is required",
    "string_type": "write a text",
    "int_type": "write a whole number",
    "int_from_float": "write a whole number",
    "float_type": "write a number",
    "bool_type": "write true or false",
    "list_type": "write a list, such as [a, b]",
    "tuple_type": "write a list, such as [a, b]",
    "dict_type": "write keys with values",
    "model_type": "write keys with values",
    "model_attributes_type": "write keys with values",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be at most {le:g}",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must have at least {min_length} of these",
    "too_long": "must have at most {max_length} of these",
    "finite_number": "write a number",
    "int_parsing_size": "this number is too large",
}


def _sentence(error: ErrorDetails, value: Plain, keys: Keys) -> str:
    """Return what is wrong in our own words; never the value itself, which may be a secret."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "extra_forbidden":
        *above, key = error["loc"]
        known = keys.known.get(id(_at(value, above)), [])
        return f"unknown key{did_you_mean(str(key), known)}"
    if kind == "literal_error":
        *above, last = error["loc"] or ("",)
        found = above[-1] if last == "[key]" else _at(value, error["loc"])
        near = did_you_mean(found, _quoted(str(context["expected"]))) if isinstance(found, str) else ""
        return f"must be {context['expected'].replace(chr(39), '')}{near}"
    return _SENTENCES[kind].format(**context) if kind in _SENTENCES else error["msg"]


def _quoted(text: str) -> list[str]:
    """Return the words that stand in quotes."""
    return text.split("'")[1::2]


def _at(value: object, loc: Sequence[str | int]) -> object:
    """Return what stands at a location, None when it's not there."""
    for key in loc:
        if isinstance(value, Mapping):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        else:
            return None
    return value
