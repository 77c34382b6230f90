"""XML as the platform writes it, and the strict way in which it reads an answer."""

from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

_DEPTH, _ELEMENTS = 8, 512
# Characters XML cannot hold; the platform drops them from what members write.
_UNWRITABLE = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])


class BadXmlError(ValueError):
    """An answer that is not the plain, small XML the platform understands."""


@dataclass(slots=True)
class Node:
    """One element: its text (outer blanks kept) and its children in order."""

    name: str
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def find(self, name: str) -> "Node | None":
        """The first child ``name``."""
        return next((child for child in self.children if child.name == name), None)

    def value(self, name: str) -> str | None:
        """The text of the child ``name``; None if there is no such child."""
        child = self.find(name)
        return None if child is None else child.text

    def plain(self) -> object:
        """The element as JSON shows it: text, or a dict of children (a list where a name repeats)."""
        if not self.children:
            return self.text
        shown: dict[str, Any] = {}
        for child in self.children:
            if child.name in shown:
                earlier = shown[child.name]
                shown[child.name] = (
                    [*earlier, child.plain()] if isinstance(earlier, list) else [earlier, child.plain()]
                )
            else:
                shown[child.name] = child.plain()
        return shown


def write(fields: dict[str, Any]) -> str:
    """``<xml>…</xml>`` of ``fields``: numbers bare, text in CDATA, dicts nested, lists repeated."""
    return f"<xml>{_inside(fields)}</xml>"


def _inside(fields: dict[str, Any]) -> str:
    return "".join(_element(name, value) for name, value in fields.items())


def _element(name: str, value: object) -> str:
    if isinstance(value, list):
        return "".join(_element(name, item) for item in value)
    if isinstance(value, dict):
        return f"<{name}>{_inside(value)}</{name}>"
    if isinstance(value, int | float):
        return f"<{name}>{value}</{name}>"
    safe = str(value).translate(_UNWRITABLE).replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{safe}]]></{name}>"


class _Reader:
    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[Node] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if attributes:
            raise BadXmlError(f"<{name}> has attributes")
        if len(self._open) >= _DEPTH or self._count > _ELEMENTS:
            raise BadXmlError("too deep or too many elements")
        node = Node(name)
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def end(self, _name: str) -> None:
        self._open.pop()

    def text(self, data: str) -> None:
        self._open[-1].text += data


def read(document: bytes) -> Node:
    """The root ``<xml>``; :class:`BadXmlError` for a doctype, attributes, bad UTF-8 or any other root."""
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _no_doctype
    try:
        parser.Parse(document, True)  # noqa: FBT003 - positional only
    except expat.ExpatError as exc:
        raise BadXmlError(f"not XML: {exc}") from exc
    if reader.root is None or reader.root.name != "xml":
        raise BadXmlError("the root element is not <xml>")
    return reader.root


def _no_doctype(*_args: object) -> None:
    raise BadXmlError("a document type declaration")
