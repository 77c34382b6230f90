"""Reading single fields of a decrypted message: bounded text, real numbers, or nothing."""

import math
import re
from collections.abc import Callable, Mapping

from bot.channels._wechat.xml import Node, Tree
from bot.domain.events import Scalar

MAX_TEXT = 4096
MAX_VALUE = 1024
MAX_PROPERTIES = 48
MAX_INT = 2**63 - 1
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_REAL = re.compile(r"[+-]?[0-9]{1,12}(?:\.[0-9]{1,18})?")
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_WORD = re.compile(r"[^a-z0-9]+")

Reader = Callable[[str], Scalar]
# our property name <- (the platform's field, how to read it); a dot reaches into a nested element
Fields = Mapping[str, tuple[str, Reader]]


def words(value: str) -> Scalar:
    """Return the text, bounded, or None when there is none."""
    return value[:MAX_VALUE] or None


def integer(value: str) -> Scalar:
    """Return a whole number of 64 bits, or None."""
    if _INTEGER.fullmatch(value) is None:
        return None
    number = int(value)
    return number if -MAX_INT <= number <= MAX_INT else None


def real(value: str) -> Scalar:
    """Return a finite number, or None."""
    if _REAL.fullmatch(value) is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def text_at(tree: Tree, path: str) -> str:
    """Return the text of the element at a dotted path, empty when it isn't there or holds no text."""
    node: Node | None = tree
    for name in path.split("."):
        node = node.get(name) if isinstance(node, dict) else None
    return node.strip() if isinstance(node, str) else ""


def gather(tree: Tree, fields: Fields) -> dict[str, Scalar]:
    """Return the properties which are there and readable; the others are left out."""
    found: dict[str, Scalar] = {}
    for ours, (path, reader) in fields.items():
        raw = tree.get(path)
        if raw is None:
            if "." not in path:
                continue
            raw = text_at(tree, path)
        value = reader(raw) if isinstance(raw, str) else None
        if value is not None:
            found[ours] = value
    return found


def everything(tree: Tree, but: frozenset[str]) -> dict[str, Scalar]:
    """Return all texts of an event we have no table for, names in snake case, two levels deep."""
    found: dict[str, Scalar] = {}
    for name, node in tree.items():
        if name in but:
            continue
        inner = node.items() if isinstance(node, dict) else ((None, node),)
        for below, value in inner:
            whole = snake(name if below is None else f"{name}_{below}")
            if isinstance(value, str) and value.strip() and len(found) < MAX_PROPERTIES:
                found[whole] = value.strip()[:MAX_VALUE]
    return found


def snake(name: str) -> str:
    """Return a platform's word as a name of ours: ``KfAccount`` gives ``kf_account``."""
    return _NOT_WORD.sub("_", _WORD_START.sub("_", name).lower()).strip("_")[:64]
