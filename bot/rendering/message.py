"""One message of a family, compiled once: values in, content out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Template, TemplateSyntaxError

from bot.domain.content import Article, Content, Image, MiniProgram, News, Notice, Text
from bot.rendering.allowed import Reading, read
from bot.rendering.environment import MessageEnvironment
from bot.rendering.front_matter import NOTICES, Head, Unusable
from bot.rendering.scope import uses_personal

LARGEST_TEXT = 2048
# Longest values of a platform template's field, by the field's kind (its name less the number).
# https://developers.weixin.qq.com/doc/service/guide/product/message/subscription_message
FIELD_LIMITS = {"thing": 20, "phrase": 5, "character_string": 32, "name": 10, "letter": 32, "symbol": 5}


class TooLong(ValueError):
    """The text is larger than 2 KB."""


@dataclass(frozen=True, slots=True)
class Message:
    """A compiled message; `uses` names every value it may ask for, such as ``coupon.code``."""

    name: str
    variant: str
    head: Head
    body: Template | None
    parts: Mapping[str, Template]
    uses: frozenset[str]
    source: str

    @property
    def personal(self) -> bool:
        """Return whether it may differ from member to member."""
        return any(True for _ in uses_personal(self.uses))

    def content(self, values: dict[str, Any]) -> Content:
        """Return the message with these values.

        Raises jinja2.TemplateError, TypeError, ValueError or LookupError when a value is missing or of
        the wrong kind, TooLong when the text is larger than 2 KB.
        """
        if self.body is None:
            return self._made("", values)
        text = shown(self.body, values)
        # A character takes at most four bytes, so short text needs no measuring.
        if len(text) * 4 > LARGEST_TEXT and len(text.encode()) > LARGEST_TEXT:
            raise TooLong(f"{len(text.encode())} bytes of text; {LARGEST_TEXT} are allowed")
        return self._made(text, values)

    def _made(self, text: str, values: dict[str, Any]) -> Content:
        if self.head.type in {"text", "mass"}:
            return Text(text)
        filled = {key: shown(part, values) for key, part in self.parts.items()}
        if self.head.type in NOTICES:
            return self._notice(filled)
        if self.head.type == "news":
            description = text or filled.get("description", "")
            card = Article(filled["title"], description, filled.get("image_url", ""), filled.get("url", ""))
            return News((card,))
        if self.head.type == "image":
            return Image(filled["media"])
        return MiniProgram(filled["title"], filled["app_id"], filled["page"], filled["thumb_media"])

    def _notice(self, filled: dict[str, str]) -> Notice:
        program = self.head.mini_program
        fields = {name: _fitting(name, filled[name]) for name in self.head.fields}
        return Notice(
            self.head.platform_template,
            fields,
            filled.get(".url", ""),
            (filled[".app_id"], filled[".page"]) if program else None,
        )


def shown(template: Template, values: dict[str, Any]) -> str:
    """Return the text; the values are shared with the template, which cannot change them."""
    return "".join(template.root_render_func(template.new_context(values, shared=True))).strip()


def _fitting(name: str, value: str) -> str:
    """Return the value cut to what the platform takes; a longer one would be refused whole (47003)."""
    limit = FIELD_LIMITS.get(name.rstrip("0123456789"), 200)
    return value if len(value) <= limit else value[: limit - 1] + "…"


def compiled(environment: MessageEnvironment, name: str, variant: str, head: Head, body: str) -> Message:
    """Return the message ready to render; raises Unusable with every reason."""
    sources = dict(head.fields)
    if head.url:
        sources[".url"] = head.url
    sources |= {f".{key}": value for key, value in head.mini_program.items()}
    wrong: list[str] = []
    uses: set[str] = set()
    parts = {key: _part(environment, source, uses, wrong) for key, source in sources.items()}
    main = _part(environment, body, uses, wrong) if body else None
    if head.type in {"text", "mass"} and not body:
        wrong.append("the message is empty")
    if head.type in NOTICES and body:
        wrong.append("a notice has fields and no text of its own")
    if head.mini_program and set(head.mini_program) != {"app_id", "page"}:
        wrong.append("mini_program takes app_id and page")
    if wrong:
        raise Unusable("\n".join(wrong))
    ready = {key: part for key, part in parts.items() if part is not None}
    return Message(name, variant, head, main, ready, frozenset(uses), body)


def _part(environment: MessageEnvironment, source: str, uses: set[str], wrong: list[str]) -> Template | None:
    try:
        tree = environment.parse(source)
        reading: Reading = read(tree)
        uses |= reading.uses
        if reading.refused:
            wrong += reading.refused
            return None
        return environment.from_string(tree)
    except TemplateSyntaxError as error:
        wrong.append(f"line {error.lineno}: {error.message}")
    except (RecursionError, MemoryError, ValueError, SyntaxError):
        wrong.append("too complicated to compile")
    return None
