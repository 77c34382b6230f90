"""The head of a message file: what it is called, what kind it is, and the values it is tried with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

LARGEST_SOURCE = 4096
FENCE = "---"

TYPES = ("text", "news", "image", "miniprogram", "template_message", "subscription_notice", "mass")
PURPOSES = ("service", "marketing")
NOTICES = ("template_message", "subscription_notice")
# The fields each type must have and may have; notices name the platform's own.
REQUIRED: Mapping[str, frozenset[str]] = {
    "news": frozenset({"title"}),
    "image": frozenset({"media"}),
    "miniprogram": frozenset({"title", "app_id", "page", "thumb_media"}),
}
OPTIONAL: Mapping[str, frozenset[str]] = {"news": frozenset({"description", "image_url", "url"})}
_KEYS = {"title": str, "type": str, "purpose": str, "fields": dict, "sample": dict, "url": str,
         "mini_program": dict, "platform_template": str}  # fmt: skip


class Unusable(ValueError):
    """The file cannot be a message; the message says why, one reason a line."""


@dataclass(frozen=True, slots=True)
class Head:
    """The front matter; `fields`, `url` and `mini_program` are templates like the body.

    `platform_template` is the configured name of the platform's template, where no rule's step names one.
    """

    title: str
    type: str = "text"
    purpose: str = "service"
    fields: Mapping[str, str] = field(default_factory=dict)
    sample: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    mini_program: Mapping[str, str] = field(default_factory=dict)
    platform_template: str = ""


def split(source: bytes) -> tuple[Head, str]:
    """Return head and body of a message file; raises Unusable."""
    if len(source) > LARGEST_SOURCE:
        raise Unusable("larger than 4 KB")
    try:
        text = source.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise Unusable("not UTF-8") from error
    opening, _, rest = text.partition("\n")
    head, fence, body = rest.partition(f"\n{FENCE}\n")
    if not fence and rest.endswith(f"\n{FENCE}"):
        head, fence = rest.removesuffix(f"\n{FENCE}"), FENCE
    if opening.strip() != FENCE or not fence:
        raise Unusable("a message begins with its front matter between two lines of ---")
    return _head(head), body.strip()


def _head(text: str) -> Head:
    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text, Loader=yaml.SafeLoader)):
            raise Unusable("the front matter uses no aliases")
        raw = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, Unusable):
            raise
        raise Unusable(f"the front matter is not YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(raw, dict):
        raise Unusable("the front matter holds keys with values, such as title: 新人礼")
    wrong = [*_wrong_keys(raw), *_wrong_values(raw)]
    if wrong:
        raise Unusable("\n".join(wrong))
    return Head(**raw)


def _wrong_keys(raw: Mapping[Any, Any]) -> list[str]:
    wrong = [f'no key "{key}"; there are {", ".join(_KEYS)}' for key in raw if key not in _KEYS]
    wrong += [
        f'"{key}" must be {"text" if kind is str else "a mapping"}'
        for key, kind in _KEYS.items()
        if key in raw and not isinstance(raw[key], kind)
    ]
    if "title" not in raw:
        wrong.append('"title" is missing')
    return wrong


def _wrong_values(raw: Mapping[str, Any]) -> list[str]:
    kind, purpose = raw.get("type", "text"), raw.get("purpose", "service")
    if kind not in TYPES:
        return [f'no type "{kind}"; there are {", ".join(TYPES)}']
    wrong = [] if purpose in PURPOSES else [f'no purpose "{purpose}"; there are {", ".join(PURPOSES)}']
    fields = {**_mapping(raw.get("fields")), **_mapping(raw.get("mini_program"))}
    wrong += [
        f'the field "{name}" must be text in quotes'
        for name, text in fields.items()
        if not _texts(name, text)
    ]
    return [*wrong, *_wrong_fields(kind, set(_mapping(raw.get("fields"))))]


def _mapping(value: object) -> Mapping[Any, Any]:
    return value if isinstance(value, dict) else {}


def _texts(*values: object) -> bool:
    return all(isinstance(value, str) for value in values)


def _wrong_fields(kind: str, given: set[Any]) -> list[str]:
    if kind in NOTICES:
        return [] if given else [f"{kind} needs fields: the platform's field names with their values"]
    required = REQUIRED.get(kind, frozenset())
    known = required | OPTIONAL.get(kind, frozenset())
    wrong = [f'{kind} needs the field "{name}"' for name in sorted(required - given)]
    return wrong + [f'{kind} has no field "{name}"' for name in sorted(map(str, given - known))]
