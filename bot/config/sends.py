"""Every message and gift that rules and campaigns hand out, found with its path wherever it is nested."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.config.document import Plain, under

Program = Literal["rules", "campaigns"]


@dataclass(frozen=True, slots=True)
class Gift:
    """One `send` or `issue` as it is written. `path` is that of its keys, `purpose` its own or its program's.

    `heard` says that a member's event leads straight to it, so that a passive reply may still be possible.
    """

    program: Program
    owner: str
    kind: Literal["send", "issue"]
    path: str
    keys: Mapping[str, Plain]
    purpose: str
    heard: bool

    def text(self, key: str) -> str:
        """Return the text at a key, empty when there is none."""
        return _text(self.keys, key)

    def claim(self, key: str) -> str:
        """Return the text at a key of `claim`, empty when there is none."""
        claim = self.keys.get("claim")
        return _text(claim, key) if isinstance(claim, dict) else ""

    @property
    def via(self) -> tuple[tuple[str, str], ...]:
        """Return (path, name) of each route."""
        written = self.keys.get("via")
        names = written if isinstance(written, list) else []
        path = under(self.path, "via")
        return tuple((under(path, index), name) for index, name in enumerate(names) if isinstance(name, str))


def gifts(body: Mapping[str, Plain]) -> list[Gift]:
    """Return every send and issue of the file, in its order."""
    found: list[Gift] = []
    for program in ("rules", "campaigns"):
        owners = body.get(program)
        for name, owner in owners.items() if isinstance(owners, dict) else ():
            if isinstance(owner, dict):
                path = under(program, name)
                found += _Walk(program, name, _text(owner, "purpose") or "service").inside(
                    owner, path, heard=_enters_by_act(owner)
                )
    return found


@dataclass(frozen=True, slots=True)
class _Walk:
    """Looks through one rule or campaign."""

    program: Program
    owner: str
    purpose: str

    def inside(self, value: Plain, path: str, *, heard: bool) -> Iterator[Gift]:
        """Yield the gifts at and below `value`."""
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from self.inside(item, under(path, index), heard=heard)
        if not isinstance(value, dict):
            return
        for kind in ("send", "issue"):
            keys = value.get(kind)
            if isinstance(keys, dict):
                purpose = _text(keys, "purpose") or self.purpose
                yield Gift(self.program, self.owner, kind, under(path, kind), keys, purpose, heard)
        for key, item in value.items():
            if key not in {"send", "issue"}:
                yield from self.inside(item, under(path, key), heard=heard or key == "then")


def _enters_by_act(owner: Mapping[str, Plain]) -> bool:
    """Return whether a member's own act begins a run."""
    entry = owner.get("entry")
    return isinstance(entry, dict) and _text(entry, "event").startswith("member.")


def _text(keys: Mapping[str, Plain], key: str) -> str:
    """Return the text at a key, empty when there is none."""
    value = keys.get(key)
    return value if isinstance(value, str) else ""
