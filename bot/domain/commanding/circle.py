"""A circle of people as an operator writes it: ``VIP & 宝妈 - 沉睡``, ``阶段=活跃``, ``30天未互动``."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta

from bot.domain.commanding.saying import Refused, Said, say
from bot.domain.conditions import (
    AllOf,
    Always,
    AnyOf,
    Comparison,
    Condition,
    Did,
    InGroup,
    InSegment,
    Not,
    Operator,
    StageIs,
    Tagged,
    Unfollowed,
)
from bot.domain.events import MESSAGE, ORDER_PAID, PRODUCT_VIEWED
from bot.domain.value import value

EVERYBODY = frozenset({"全部", "所有人", "全员", "everybody", "all"})
_SPLIT = re.compile(r"(\(|\)|&&?|\|\|?|(?<=\s)-(?=\s*\S)|且|或)")
_ACTS = {
    "互动": "any", "活跃": "any", "说话": MESSAGE, "留言": MESSAGE, "下单": ORDER_PAID, "购买": ORDER_PAID,
    "浏览": PRODUCT_VIEWED,
}  # fmt: skip
_DID = re.compile(
    rf"(?:(\d{{1,4}})天内?)?(未|没|没有)?({'|'.join(_ACTS)})(?:(>=|<=|==|!=|>|<|=)(\d{{1,6}})次?)?"
)
_KEYED = re.compile(r"(标签|阶段|人群|群|tag|stage|segment|group)\s*(!=|=|:)\s*(.+)", re.IGNORECASE)
_FOLLOWS = {"未关注": True, "已取关": True, "取关": True, "在关注": False, "已关注": False}
MOST_TOLD = 20
# Deeper than anybody writes, shallower than what a stack bears.
_DEEPEST = 20


@value
class Names:
    """What a circle may name: segments with their trees, stages by every name, known tags and groups."""

    segments: Mapping[str, Condition]
    stages: Mapping[str, str]
    tags: frozenset[str]
    groups: frozenset[str] = frozenset()


def circle(text: str, names: Names) -> Condition:
    """Return the condition a text means; raise Refused with what was not understood."""
    words = [part.strip() for part in _SPLIT.split(f" {text.strip()}") if part.strip()]
    if not words:
        raise Refused(say("circle_empty"))
    reader = _Reader(words, lambda word: _term(word, names))
    found = reader.either(0)
    if reader.left:
        raise Refused(say("circle_extra", text=reader.left[0]))
    return found


class _Reader:
    """Reads ``a & b - c | d``: ``|`` binds least, ``-`` means but not."""

    def __init__(self, words: list[str], term: Callable[[str], Condition]) -> None:
        self.left = words
        self._term = term

    def either(self, depth: int) -> Condition:
        parts = [self._both(depth)]
        while self.left and self.left[0] in {"|", "||", "或"}:
            self.left = self.left[1:]
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _both(self, depth: int) -> Condition:
        parts = [self._one(depth)]
        while self.left and self.left[0] in {"&", "&&", "且", "-"}:
            but_not = self.left[0] == "-"
            self.left = self.left[1:]
            part = self._one(depth)
            parts.append(Not(part) if but_not else part)
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _one(self, depth: int) -> Condition:
        if not self.left or depth > _DEEPEST:
            raise Refused(say("circle_ends"))
        word, self.left = self.left[0], self.left[1:]
        if word == "(":
            inner = self.either(depth + 1)
            if not self.left or self.left[0] != ")":
                raise Refused(say("circle_open"))
            self.left = self.left[1:]
            return inner
        if word in {")", "&", "&&", "|", "||", "且", "或", "-"}:
            raise Refused(say("circle_extra", text=word))
        return self._term(word)


def _term(word: str, names: Names) -> Condition:
    word = word.lstrip("#＃")
    keyed = _KEYED.fullmatch(word)
    if keyed:
        found = _keyed(keyed[1].lower(), keyed[3].strip(), names)
        return Not(found) if keyed[2] == "!=" else found
    if word.lower() in EVERYBODY:
        return Always()
    if word in _FOLLOWS:
        return Unfollowed(_FOLLOWS[word])
    for kind in ("人群", "阶段", "标签", "群"):
        named = _named(kind, word, names)
        if named is not None:
            return named
    did = _DID.fullmatch(word.replace(" ", ""))
    if did:
        return _did(did)
    raise Refused(_unknown(word, names))


def _keyed(kind: str, name: str, names: Names) -> Condition:
    kind = {"tag": "标签", "stage": "阶段", "segment": "人群", "group": "群"}.get(kind, kind)
    found = _named(kind, name, names)
    if found is None:
        raise Refused(_unknown(name, names))
    return found


def _named(kind: str, name: str, names: Names) -> Condition | None:
    if kind == "人群" and name in names.segments:
        return InSegment(name, names.segments[name])
    if kind == "阶段" and name in names.stages:
        return StageIs((names.stages[name],))
    if kind == "标签" and name in names.tags:
        return Tagged(name)
    if kind == "群" and name in names.groups:
        return InGroup(name)
    return None


def _did(found: "re.Match[str]") -> Condition:
    days, never, act, sign, count = found.groups()
    within = timedelta(days=int(days)) if days else None
    if sign is None:
        condition: Condition = Did(_ACTS[act], within=within)
    else:
        signs: Mapping[str, Operator] = {">=": ">=", "<=": "<=", "==": "==", "!=": "!=", ">": ">", "<": "<"}
        condition = Did(_ACTS[act], Comparison(signs.get(sign, "=="), int(count)), within)
    return Not(condition) if never else condition


def _unknown(word: str, names: Names) -> Said:
    # A stage goes by its id and by what people call it; the second is for people.
    stages = [name for name in names.stages if not name.isascii()] or list(names.stages)
    known = [*names.segments, *stages, *sorted(names.groups), *sorted(names.tags)][:MOST_TOLD]
    return say("circle_unknown", text=word, known="、".join(known) or "—")
