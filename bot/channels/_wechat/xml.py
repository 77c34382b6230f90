"""Reading the platform's XML without trusting it.

Whoever posts a document may declare what it likes in a DOCTYPE: 68 KB of attribute defaults take 1.6 GB
and 8 s. So declarations, entities, processing instructions and attributes end the reading before any
tree is there, and depth and number of elements are bounded.
"""

import re
from typing import Any, NoReturn
from xml.parsers.expat import ExpatError, ParserCreate

MAX_DEPTH = 8
MAX_ELEMENTS = 512
MAX_FLAT = 64
# The elements of which the platform sends several in a row; they are always read as a list.
REPEATED = frozenset({"item", "Item", "List"})
Tree = dict[str, "Node"]
Node = str | Tree | list["Node"]

_CONTROLS = bytes({*range(32)} - {9, 10, 13}) + b"\x7f"
# UTF-8 forms no text may have: halves of surrogate pairs, and U+FFFE and U+FFFF.
_IMPOSSIBLE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]|\xef\xbf[\xbe\xbf]")
_ENVELOPE = re.compile(
    rb"\s*<xml>\s*"
    rb"(?:<(?:ToUserName|AgentID)><!\[CDATA\[[\w.@-]{0,64}\]\]></(?:ToUserName|AgentID)>\s*){0,2}"
    rb"<Encrypt><!\[CDATA\[([A-Za-z0-9+/]+={0,2})\]\]></Encrypt>\s*"
    rb"(?:<(?:ToUserName|AgentID)><!\[CDATA\[[\w.@-]{0,64}\]\]></(?:ToUserName|AgentID)>\s*){0,2}"
    rb"</xml>\s*"
)


# One element of the flat documents the platform usually sends; what else XML allows goes to the parser.
_ELEMENT = re.compile(
    r"[ \t\n]*<([A-Za-z_][A-Za-z0-9_]{0,63})>(?:<!\[CDATA\[(.*?)\]\]>|([^<>&]*))</\1>", re.DOTALL
)


# How every message and event of the platform begins, in one look.
_BEGINNING = re.compile(
    r"<xml>[ \t\n]*"
    r"<ToUserName><!\[CDATA\[(?P<ToUserName>[^\]<>&]*)\]\]></ToUserName>[ \t\n]*"
    r"<FromUserName><!\[CDATA\[(?P<FromUserName>[^\]<>&]*)\]\]></FromUserName>[ \t\n]*"
    r"<CreateTime>(?P<CreateTime>[0-9]*)</CreateTime>[ \t\n]*"
    r"<MsgType><!\[CDATA\[(?P<MsgType>[^\]<>&]*)\]\]></MsgType>"
)


class BadXml(ValueError):
    """A document we do not read; the text is a reason code."""


def sealed_part(envelope: bytes) -> str | None:
    """Return the one `Encrypt` of an envelope, None if it has none; raise BadXml when it is no envelope.

    Nothing else in the envelope is authentic, so nothing else is read.
    """
    usual = _ENVELOPE.fullmatch(envelope)
    if usual is not None:
        return usual[1].decode("ascii")
    sealed = read(envelope).get("Encrypt")
    if sealed is not None and (not isinstance(sealed, str) or not sealed.isascii()):
        raise BadXml("encrypt_shape")
    return sealed


def read(document: bytes) -> Tree:
    """Return the children of the root `<xml>`: text, or a tree, or a list for the repeated elements.

    Control characters and impossible UTF-8 are dropped, as a member's message may hold anything.
    """
    cleaned = clean(document)
    return flat(cleaned) or parsed(cleaned)


def clean(document: bytes) -> bytes:
    """Return the document without control characters and impossible UTF-8."""
    cleaned = document.translate(None, _CONTROLS)
    if b"\xed" in cleaned or b"\xef\xbf" in cleaned:
        return _IMPOSSIBLE.sub(b"", cleaned)
    return cleaned


def flat(document: bytes) -> Tree | None:
    """Return what `parsed` would of a clean document in the platform's flat form; None for any other.

    Half the time of the parser, which this is proven equal to by a property test.
    """
    try:
        text = document.decode()
    except UnicodeDecodeError:
        return None
    if not text.startswith("<xml>") or "\r" in text:
        return None
    tree: Tree = {}
    at = len("<xml>")
    usual = _BEGINNING.match(text)
    if usual is not None:
        tree.update(usual.groupdict())
        at = usual.end()
    while found := _ELEMENT.match(text, at):
        name, marked, plain = found.groups()
        if name in tree or name in REPEATED or len(tree) > MAX_FLAT or (marked and "]]>" in marked):
            return None
        tree[name] = plain if marked is None else marked
        at = found.end()
    return tree if text[at:].strip(" \t\n") == "</xml>" else None


def parsed(document: bytes) -> Tree:
    """Return the tree by expat, which refuses what is no XML; we refuse what XML should not have here."""
    reader = _Reader()
    parser = ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ProcessingInstructionHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(document, True)  # noqa: FBT003  expat takes no keywords
    except ExpatError as error:
        raise BadXml("not_xml") from error
    root = reader.root
    if not isinstance(root, dict):
        raise BadXml("empty")
    return root


def _refuse(*_declaration: object) -> NoReturn:
    raise BadXml("declaration")


class _Reader:
    """Builds the tree; open elements lie on a stack of (name, children)."""

    __slots__ = ("_count", "_open", "_text", "root")

    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[tuple[str, Tree]] = []
        self._text = ""
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if attributes or self._count > MAX_ELEMENTS or len(self._open) >= MAX_DEPTH:
            raise BadXml("shape")
        if not self._open and name != "xml":
            raise BadXml("root")
        self._open.append((name, {}))
        self._text = ""

    def text(self, data: str) -> None:
        self._text += data

    def end(self, _name: str) -> None:
        name, children = self._open.pop()
        content: Node = children or self._text
        self._text = ""
        if not self._open:
            self.root = content
            return
        siblings: dict[str, Any] = self._open[-1][1]
        if name in REPEATED:
            siblings.setdefault(name, []).append(content)
        elif name in siblings:
            raise BadXml("duplicate")
        else:
            siblings[name] = content
