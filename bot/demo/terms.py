"""What the configuration promises, read from its file and the message files by the demo itself.

What our program made of them, its flags and sums, is what the promises examine, so they may not rest on it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from bot.sandbox.clock import read_span

MARKETING = "marketing"
SERVICE = "service"
# What operators are told, which no rule or campaign names.
OPERATORS = "operators"
# What is told of activities: how somebody was served, what they won, what became of their group.
PASTIMES = {
    "survey": ("survey/ask",),
    "lottery": ("lottery/won",),
    "group_buy": ("group_buy/filled", "group_buy/over_time"),
}
# Steps that take no time: what is said right behind them is still said at once.
_AT_ONCE = frozenset({"tag", "issue", "suppress"})
_MARK = re.compile(r"(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many of a purpose to one member within any `per`."""

    purpose: str
    most: int
    per: timedelta


@dataclass(frozen=True, slots=True)
class Wording:
    """A message by what never changes in it: its fixed parts in order, anything between one and the next.

    White space is left out: how much of it stays around what is filled in is the renderer's business.
    """

    parts: tuple[str, ...]

    @classmethod
    def of(cls, *parts: str) -> "Wording":
        """Return the wording with these fixed parts; an empty first or last one leaves that end open."""
        return cls(tuple("".join(part.split()) for part in parts))

    def fits(self, text: str) -> bool:
        """Return whether a text may have come of this message."""
        squeezed = "".join(text.split())
        if len(self.parts) == 1:
            return squeezed == self.parts[0]
        first, *between, last = self.parts
        if not squeezed.startswith(first) or not squeezed.endswith(last):
            return False
        at, end = len(first), len(squeezed) - len(last)
        for part in between:
            found = squeezed.find(part, at, end)
            if found < 0:
                return False
            at = found + len(part)
        return at <= end


@dataclass(frozen=True, slots=True)
class Sending:
    """A send of a rule or campaign; `answers` if a member's own act causes it at once.

    A text is of this send if it fits one of its `wordings`, by route and for those who want nothing personal.
    """

    template: str
    purpose: str
    answers: bool
    wordings: tuple[Wording, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """What members were promised: caps, quiet hours, and which words are a yes and a no to marketing."""

    caps: tuple[Cap, ...]
    quiet: tuple[time, time] | None
    zone: ZoneInfo
    grants: frozenset[str]
    refuses: frozenset[str]
    sends: tuple[Sending, ...]

    def is_of(self, text: str, purpose: str) -> bool:
        """Return whether a text has this purpose; what no send explains counts as marketing."""
        found = self._sends_of(text)
        return any(one.purpose == purpose for one in found) if found else purpose == MARKETING

    def may_answer(self, text: str) -> bool:
        """Return whether only sends that answer a member's act have this text."""
        found = self._sends_of(text)
        return bool(found) and all(one.answers for one in found)

    def is_quiet(self, moment: datetime) -> bool:
        """Return whether nobody is to be disturbed; the beginning counts, the end does not."""
        if self.quiet is None:
            return False
        begins, ends = self.quiet
        wall = moment.astimezone(self.zone).time()
        return begins <= wall < ends if begins <= ends else wall >= begins or wall < ends

    def _sends_of(self, text: str) -> list[Sending]:
        return [one for one in self.sends if any(wording.fits(text) for wording in one.wordings)]


def read(body: Mapping[str, Any]) -> Terms:
    """Return the terms of a configuration as its file states it, with the message files it names."""
    marketing = body.get("consent", {}).get(MARKETING, {})
    quiet = body.get("quiet_hours")
    return Terms(
        caps=tuple(Cap(one["purpose"], one["max"], read_span(one["per"])) for one in body["frequency_caps"]),
        quiet=(time.fromisoformat(quiet["from"]), time.fromisoformat(quiet["until"])) if quiet else None,
        zone=ZoneInfo(body["app"]["timezone"]),
        grants=frozenset(marketing.get("grant_keywords", ())),
        refuses=frozenset(marketing.get("withdraw_keywords", ())),
        sends=tuple(_sends(body)),
    )


def _sends(body: Mapping[str, Any]) -> Iterator[Sending]:
    folders = [Path(folder) / "messages" for folder in body["templates"]["path"]]
    for path in sorted(Path(body["templates"]["path"][-1]).glob(f"messages/{OPERATORS}/ended.j2")):
        name = f"{OPERATORS}/{path.stem}"
        yield Sending(name, SERVICE, answers=False, wordings=tuple(_wordings(name, folders)))
    played = [name for kind in body.get("activities", {}) for name in PASTIMES.get(kind, ())]
    for name in played:
        wordings = tuple(_wordings(name, folders))
        if wordings:
            yield Sending(name, SERVICE, answers=False, wordings=wordings)
    for program in (*body.get("rules", {}).values(), *body.get("campaigns", {}).values()):
        at_once = _first_said(program)
        for send in _found(program):
            yield Sending(
                send["template"],
                send.get("purpose", program["purpose"]),
                send is at_once,
                tuple(_wordings(send["template"], folders)),
            )


def _found(value: object) -> Iterator[Mapping[str, Any]]:
    """Yield every send in a rule or campaign, however deep."""
    parts: Sequence[object] = value if isinstance(value, list) else ()
    if isinstance(value, dict):
        if "send" in value:
            yield value["send"]
        parts = list(value.values())
    for part in parts:
        yield from _found(part)


def _first_said(program: Mapping[str, Any]) -> object:
    """Return the send that a member's act alone brings about, if the rule begins with one."""
    if not str(program.get("entry", {}).get("event", "")).startswith("member."):
        return None
    later = [step for step in program["steps"] if not _AT_ONCE & step.keys()]
    return later[0].get("send") if later else None


def _wordings(template: str, folders: Sequence[Path]) -> Iterator[Wording]:
    """Yield the wording of each variant of a message."""
    seen: set[str] = set()
    for folder in folders:
        home, name = (folder / template).parent, Path(template).name
        for path in sorted((*home.glob(f"{name}.j2"), *home.glob(f"{name}.*.j2"))):
            if path.name not in seen:
                seen.add(path.name)
                _, head, text = path.read_text(encoding="utf-8").split("---\n", 2)
                fields = yaml.safe_load(head).get("fields") or {}
                yield _wording(text if text.strip() else "\n".join(map(str, fields.values())))


def _wording(text: str) -> Wording:
    """Return the fixed parts of a message; what stands inside an `if` or a `for` is none."""
    parts, depth = [""], 0
    for part in _MARK.split(text):
        if _MARK.fullmatch(part):
            word = part.strip("{%-#} ").partition(" ")[0]
            depth += (word in ("if", "for")) - (word in ("endif", "endfor"))
            parts.append("")
        elif depth == 0:
            parts[-1] += part
    return Wording.of(*parts)
