"""YAML text to plain values, with every trap of YAML 1.1 reported where it stands.

The parser's events are read here, because PyYAML's constructor turns ``on`` into True, ``21:30`` into
1290, ``010`` into 8 and lets the second of two equal keys win, all silently.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NoReturn

import yaml

from bot.config.problems import Problems
from bot.config.traps import resolved, trap, unwritable

Plain = str | int | float | bool | None | list["Plain"] | dict[str, "Plain"]

BIGGEST = 1024 * 1024
DEEPEST = 48
MOST_NODES = 200_000


@dataclass(slots=True)
class Document:
    """The file as plain values, and the line (from 1) of every path in it."""

    body: dict[str, Plain] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


class _UnreadableError(Exception):
    """The text cannot be read further; the problem is already noted."""


def under(path: str, key: str | int) -> str:
    """Return the path of a part: ``rules.winback`` + 2 is ``rules.winback[2]``."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else key


def read(raw: bytes, name: str, problems: Problems) -> Document:
    """Return the document in `raw`; what is wrong goes to `problems`, under `name` when it has no path."""
    if len(raw) > BIGGEST:
        problems.error(name, "the file is larger than 1 MB")
        return Document()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.error(name, f"the file is not UTF-8 (byte {error.start})")
        return Document()
    reader = _Reader(text, name, problems)
    try:
        return reader.document()
    except _UnreadableError:
        pass
    except (yaml.YAMLError, ValueError) as error:
        problems.error(*_syntax(error, name))
    return Document()


def _syntax(error: Exception, name: str) -> tuple[str, str]:
    """Return path and sentence for what the parser could not read."""
    mark = getattr(error, "problem_mark", None)
    where = name if mark is None else f"{name}:{mark.line + 1}"
    said = getattr(error, "problem", None) or getattr(error, "reason", None) or "this is not YAML"
    if "'\\t'" in said or '"\\t"' in said:
        return where, "indent with spaces; YAML does not allow tabs"
    return where, f"this is not YAML: {said}"


class _Reader:
    """One pass over the parser's events; anchors keep the value they name."""

    def __init__(self, text: str, name: str, problems: Problems) -> None:
        self._events: Iterator[yaml.Event] = iter(yaml.parse(text, Loader=yaml.SafeLoader))
        self._name = name
        self._problems = problems
        self._anchors: dict[str, Plain] = {}
        self._sizes: dict[str, int] = {}
        self._nodes = 0
        self._lines: dict[str, int] = {}

    def document(self) -> Document:
        """Return the only document of the stream, whose top must be a mapping."""
        next(self._events)
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            self._stop(self._name, "the file is empty")
        body = self._value(next(self._events), "", 0)
        next(self._events)
        if not isinstance(next(self._events), yaml.StreamEndEvent):
            self._stop(self._name, "the file holds more than one document")
        if not isinstance(body, dict):
            self._stop(self._name, "the file must hold keys with values, such as version: 1")
        return Document(body, self._lines)

    def _value(self, event: yaml.Event, path: str, depth: int) -> Plain:
        """Return the value that begins with `event`."""
        if event.start_mark is not None:
            self._lines.setdefault(path, event.start_mark.line + 1)
        self._nodes += 1
        if depth > DEEPEST:
            self._stop(path, f"nested deeper than {DEEPEST} levels")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, path)
        before = self._nodes
        value = self._fresh(event, path, depth)
        anchor = getattr(event, "anchor", None)
        if anchor is not None:
            self._anchors[anchor] = value
            self._sizes[anchor] = self._nodes - before + 1
        return value

    def _fresh(self, event: yaml.Event, path: str, depth: int) -> Plain:
        """Return a value that is written out here."""
        tag = getattr(event, "tag", None)
        if tag is not None and tag != "!":
            self._problems.error(path or self._name, f"tags such as {tag} are not used here")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path, depth)
        if not isinstance(event, yaml.ScalarEvent):
            self._stop(path or self._name, "a value is missing")
        return self._scalar(event, path)

    def _alias(self, event: yaml.AliasEvent, path: str) -> Plain:
        """Return what the alias names; its size counts again, so that aliases of aliases stay bounded."""
        if event.anchor not in self._anchors:
            self._problems.error(path, f"no anchor &{event.anchor} before this")
            return None
        self._nodes += self._sizes[event.anchor]
        if self._nodes > MOST_NODES:
            self._stop(path, "the aliases unfold to too much")
        return self._anchors[event.anchor]

    def _sequence(self, path: str, depth: int) -> list[Plain]:
        """Return the items up to the end of the sequence."""
        items: list[Plain] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._value(event, under(path, len(items)), depth + 1))
        return items

    def _mapping(self, path: str, depth: int) -> dict[str, Plain]:
        """Return the pairs up to the end of the mapping; keys of ``<<`` lose to written ones."""
        pairs: dict[str, Plain] = {}
        merged: dict[str, Plain] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event, path, depth)
            here = under(path, key)
            if key in pairs:
                self._problems.error(here, "this key stands here twice")
            value = self._value(next(self._events), here, depth + 1)
            if key == "<<" and getattr(event, "style", None) is None:
                merged = {**self._merge(value, here), **merged}
            else:
                pairs[key] = value
        return {**merged, **pairs}

    def _merge(self, value: Plain, path: str) -> Mapping[str, Plain]:
        """Return the keys that ``<<`` brings."""
        sources = value if isinstance(value, list) else [value]
        merged: dict[str, Plain] = {}
        for source in reversed(sources):
            if isinstance(source, dict):
                merged.update(source)
            else:
                self._problems.error(path, "<< takes an alias of a mapping")
        return merged

    def _key(self, event: yaml.Event, path: str, depth: int) -> str:
        """Return a key as text; a key that YAML 1.1 would not read as that text is a problem."""
        if not isinstance(event, yaml.ScalarEvent) or unwritable(event.value):
            self._value(event, path, depth + 1)
            self._problems.error(path or self._name, "a key must be a word")
            return ""
        plain, here = event.style is None, under(path, event.value)
        if plain and (advice := trap(event.value)):
            self._problems.error(here, f"a key: {advice}")
        elif plain and not isinstance(resolved(event.value), str):
            self._problems.error(here, f'a key must be a word; quote it: "{event.value}"')
        return str(event.value)

    def _scalar(self, event: yaml.ScalarEvent, path: str) -> Plain:
        """Return the scalar; only plain ones can mean something else than their text."""
        if unwritable(event.value):
            self._problems.error(path or self._name, "a character here cannot be stored or sent")
            return ""
        if event.style is not None:
            return str(event.value)
        if advice := trap(event.value):
            self._problems.error(path or self._name, advice)
            return str(event.value)
        return resolved(event.value)

    def _stop(self, path: str, message: str) -> NoReturn:
        """Note a problem after which nothing more can be read."""
        self._problems.error(path or self._name, message)
        raise _UnreadableError
