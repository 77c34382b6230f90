"""Every message of the search path, compiled at load and rendered by name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

from bot.domain.content import Content
from bot.domain.errors import Undeliverable
from bot.rendering.environment import MessageEnvironment
from bot.rendering.front_matter import Unusable, split
from bot.rendering.lint import FAILURES, wrong_with
from bot.rendering.message import Message, compiled
from bot.rendering.scope import APP, LINKS

FOLDER = "messages"
SUFFIX = ".j2"
VARIANTS = frozenset({"", "mass", "subscription", "template", "generic"})
# Which variant a route's method takes; every other method takes the plain one.
BY_METHOD: Mapping[str, str] = {
    "mass": "mass",
    "wecom_mass": "mass",
    "subscription_notice": "subscription",
    "template_message": "template",
}
REFUSE_WORDS = ("TD", "退订")
UNRENDERABLE = "unrenderable"
NO_VARIANT = "no_variant"


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """One thing wrong with one file: its path below the search path, and what."""

    path: str
    message: str


class Renderer:
    """Renders messages; built by `Renderer.load`."""

    def __init__(self, messages: Mapping[tuple[str, str], Message], surroundings: Mapping[str, Any]) -> None:
        """Keep compiled messages by (name, variant) and what every message may show."""
        self.problems: list[TemplateProblem] = []
        self._messages = messages
        self._surroundings = surroundings
        self._chosen: dict[tuple[str, str, bool], Message] = {}
        self._settled: dict[tuple[str, str], Content | None] = {}

    @classmethod
    def load(cls, paths: Sequence[Path], app: Mapping[str, Any]) -> Self:
        """Compile every `messages/**/*.j2` below `paths`, the first path winning; nothing is raised.

        `app` gives `name`, `contact`, `timezone`, and optionally `links` (name → address) and
        `refuse_words`. What is wrong stands in `problems` and cannot be rendered.
        """
        environment = MessageEnvironment(ZoneInfo(str(app.get("timezone", "Asia/Shanghai"))))
        shown = {"name": app.get("name", ""), "contact": app.get("contact", "")}
        surroundings = {"app": shown, "links": dict(app.get("links", {}))}
        words = tuple(app.get("refuse_words", REFUSE_WORDS))
        messages: dict[tuple[str, str], Message] = {}
        renderer = cls(messages, surroundings)
        for where, file in _files(paths):
            try:
                message = _loaded(environment, where, file)
                reasons = list(wrong_with(message, surroundings, words, environment))
            except (Unusable, OSError) as error:
                reasons = str(error).splitlines()
            else:
                if not reasons:
                    messages[message.name, message.variant] = message
            renderer.problems += [TemplateProblem(where, reason) for reason in reasons]
        renderer.problems += _mixed_purposes(messages)
        return renderer

    def families(self) -> Mapping[str, frozenset[str]]:
        """Return the variants of each family by its name; the plain variant is the empty string."""
        found: dict[str, set[str]] = {}
        for name, variant in self._messages:
            found.setdefault(name, set()).add(variant)
        return {name: frozenset(variants) for name, variants in found.items()}

    def uses_of_families(self) -> Mapping[str, frozenset[str]]:
        """Return the values that any variant of each family may ask for, by the family's name."""
        found: dict[str, frozenset[str]] = {}
        for (name, _), message in self._messages.items():
            found[name] = found.get(name, frozenset()) | message.uses
        return found

    def purpose(self, name: str) -> str | None:
        """Return ``service`` or ``marketing`` of a family, None when there is none of that name."""
        return next((each.head.purpose for (known, _), each in self._messages.items() if known == name), None)

    def lacks(self, name: str, method: str, *, personalised: bool = True) -> str | None:
        """Return the file that is missing for this route, None when the family can serve it."""
        if self._choose(name, method, personalised) is not None:
            return None
        own = BY_METHOD.get(method, "")
        variant = own if personalised or own else "generic"
        return f"{FOLDER}/{name}{'.' if variant else ''}{variant}{SUFFIX}"

    def uses(self, name: str, method: str, *, personalised: bool = True) -> frozenset[str]:
        """Return the values the message for this route may ask for, such as ``coupon.code``."""
        message = self._choose(name, method, personalised)
        return frozenset() if message is None else message.uses

    def settled(self, name: str, method: str) -> Content | None:
        """Return what the message for this route always says; None when that depends on any value."""
        if (name, method) not in self._settled:
            uses = self.uses(name, method)
            known = all(use.partition(".")[0] in {APP, LINKS} for use in uses)
            found = known and self._choose(name, method, personalised=True) is not None
            self._settled[name, method] = self.render(name, method, {}) if found else None
        return self._settled[name, method]

    def render(
        self, name: str, method: str, values: Mapping[str, Any], *, personalised: bool = True
    ) -> Content:
        """Return the message of this family for a route's method.

        `values` holds plain mappings under `member`, `coupon`, `event`, `rule` (see `bot.domain.scope`).
        With `personalised` false the bytes are the same for everybody who gets this message. Raises
        Undeliverable: ``no_variant`` when the family has nothing for this route, ``unrenderable`` when
        a value is missing or the text is larger than 2 KB.
        """
        message = self._chosen.get((name, method, personalised))
        if message is None:
            message = self._choose(name, method, personalised)
            if message is None:
                missing = self.lacks(name, method, personalised=personalised)
                raise Undeliverable(NO_VARIANT, detail=f"there is no {missing}")
            self._chosen[name, method, personalised] = message
        try:
            return message.content({**self._surroundings, **values})
        except FAILURES as error:
            raise Undeliverable(UNRENDERABLE, detail=f"{name}: {error}") from error

    def _choose(self, name: str, method: str, personalised: bool) -> Message | None:
        own = BY_METHOD.get(method, "")
        order: tuple[str, ...] = ("mass", "generic", "") if own == "mass" else (own,)
        if not personalised and own == "":
            order = ("generic", own, "mass")
        found = [self._messages[name, each] for each in order if (name, each) in self._messages]
        for message in found:
            service = message.variant == own and own != "mass" and message.head.purpose == "service"
            alike = personalised and own != "mass"
            if alike or service or not message.personal:
                return message
        return None


def _files(paths: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """Yield each message file once, under its path below the folder that has it first."""
    seen: set[str] = set()
    for path in paths:
        for file in sorted((path / FOLDER).rglob(f"*{SUFFIX}")):
            where = f"{FOLDER}/{file.relative_to(path / FOLDER).as_posix()}"
            if where not in seen:
                seen.add(where)
                yield where, file


def _loaded(environment: MessageEnvironment, where: str, file: Path) -> Message:
    stem = where.removeprefix(f"{FOLDER}/").removesuffix(SUFFIX)
    name, _, variant = stem.partition(".")
    if variant not in VARIANTS:
        raise Unusable(f'no variant "{variant}"; there are {", ".join(sorted(VARIANTS - {""}))}')
    with file.open("rb") as source:
        head, body = split(source.read(64 * 1024))
    return compiled(environment, name, variant, head, body)


def _mixed_purposes(messages: Mapping[tuple[str, str], Message]) -> Iterator[TemplateProblem]:
    purposes: dict[str, str] = {}
    for (name, _), message in messages.items():
        if purposes.setdefault(name, message.head.purpose) != message.head.purpose:
            yield TemplateProblem(f"{FOLDER}/{name}", "the variants of one family have one purpose")
