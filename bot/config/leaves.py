"""The leaves of a condition: each key that asks one thing, and how its value is written."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.config.comparisons import count, numeric, plain, scalar, span, text
from bot.config.document import under
from bot.config.problems import Problems, did_you_mean
from bot.config.rhythms import CUSTOM, overdue
from bot.config.values import duration
from bot.domain.conditions import (
    AT_LEAST_ONCE,
    AnyOf,
    AttributeIn,
    AttributeIs,
    Condition,
    CouponIs,
    Did,
    EventIs,
    InGroup,
    KnownFor,
    RfmIs,
    StageIs,
    Tagged,
    Unfollowed,
)
from bot.domain.counting import ANY
from bot.domain.events import KNOWN_KINDS

COUPON_STATES = ("reserved", "issued", "redeemed", "expired", "returned", "revoked", "refunded")
SCORES = ("recency", "frequency", "monetary")

_ATTRIBUTE = re.compile(r"\w[\w .-]{0,63}")


@dataclass(frozen=True, slots=True)
class Names:
    """What conditions may refer to: segments as they are written, stages and coupon batches by name."""

    segments: Mapping[str, object] = field(default_factory=dict)
    stages: Collection[str] = ()
    coupons: Collection[str] = ()


Value = TypeVar("Value")
Reader = Callable[[str, Mapping[str, Any], str, Problems, Names], Condition | None]


def leaf_of(key: str) -> Reader | None:
    """Return what reads the leaf of this key, None when there is no such leaf."""
    if key.startswith("member."):
        return _attribute
    if key.startswith("event."):
        return _event
    return LEAVES.get(key)


def _several(value: object) -> list[object]:
    """Return the values of a list, or the one value alone."""
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]


def _read(as_: Callable[[object], Value], value: object, path: str, problems: Problems) -> Value | None:
    try:
        return as_(value)
    except ValueError as error:
        problems.error(path, str(error))
        return None


def _did(key: str, raw: Mapping[str, Any], path: str, problems: Problems, _names: Names) -> Condition | None:
    kind = raw[key]
    known = isinstance(kind, str) and (kind == ANY or kind in KNOWN_KINDS or CUSTOM.fullmatch(kind))
    if not known:
        problems.missing(under(path, key), "event", str(kind), [ANY, *sorted(KNOWN_KINDS)])
    often, within = AT_LEAST_ONCE, None
    if "count" in raw:
        often = _read(count, raw["count"], under(path, "count"), problems) or often
    if "within" in raw:
        within = _read(duration, raw["within"], under(path, "within"), problems)
    return Did(kind, often, within) if known else None


def _tag(key: str, raw: Mapping[str, Any], path: str, problems: Problems, _names: Names) -> Condition | None:
    tags = [_read(text, name, under(path, key), problems) for name in _several(raw[key])]
    found = tuple(Tagged(name) for name in tags if name is not None)
    return found[0] if len(found) == 1 else AnyOf(found)


def _stage(key: str, raw: Mapping[str, Any], path: str, problems: Problems, names: Names) -> Condition | None:
    wanted = [str(name) for name in _several(raw[key])]
    for name in wanted:
        if name not in names.stages:
            problems.missing(under(path, key), "stage", name, names.stages)
    return StageIs(tuple(wanted))


def _rfm(key: str, raw: Mapping[str, Any], path: str, problems: Problems, _names: Names) -> Condition | None:
    here, scores = under(path, key), raw[key]
    if not isinstance(scores, Mapping) or not scores:
        problems.error(here, 'write the scores asked for, such as {monetary: ">=4", frequency: ">=4"}')
        return None
    for name in scores:
        if name not in SCORES:
            problems.error(under(here, str(name)), f'no score "{name}"{did_you_mean(str(name), SCORES)}')
    given = {
        name: _read(numeric, scores[name], under(here, name), problems) for name in SCORES if name in scores
    }
    return RfmIs(**given) if given else None


def _known_for(
    key: str, raw: Mapping[str, Any], path: str, problems: Problems, _names: Names
) -> Condition | None:
    seconds = _read(span, raw[key], under(path, key), problems)
    return None if seconds is None else KnownFor(seconds)


def _unfollowed(
    key: str, raw: Mapping[str, Any], path: str, problems: Problems, _names: Names
) -> Condition | None:
    if not isinstance(raw[key], bool):
        problems.error(under(path, key), "write true or false")
        return None
    return Unfollowed(raw[key])


def _coupon(
    key: str, raw: Mapping[str, Any], path: str, problems: Problems, names: Names
) -> Condition | None:
    here, asked = under(path, key), raw[key]
    if not isinstance(asked, Mapping) or set(asked) != {"name", "state"}:
        problems.error(here, "write {name: …, state: …}")
        return None
    name, state = asked["name"], asked["state"]
    if name not in names.coupons:
        problems.missing(under(here, "name"), "coupon", str(name), names.coupons)
    if state not in COUPON_STATES:
        problems.missing(under(here, "state"), "coupon state", str(state), COUPON_STATES)
    return CouponIs(str(name), str(state))


def _group(
    key: str, raw: Mapping[str, Any], path: str, problems: Problems, _names: Names
) -> Condition | None:
    groups = [_read(text, name, under(path, key), problems) for name in _several(raw[key])]
    found = tuple(InGroup(name) for name in groups if name is not None)
    return found[0] if len(found) == 1 else AnyOf(found)


def _attribute(
    key: str, raw: Mapping[str, Any], path: str, problems: Problems, _names: Names
) -> Condition | None:
    here, name = under(path, key), key.removeprefix("member.")
    if not _ATTRIBUTE.fullmatch(name):
        problems.error(here, "an attribute's name is letters, digits, spaces, dots and dashes")
        return None
    if isinstance(raw[key], list):
        return _attribute_in(name, raw[key], here, problems)
    found = _read(scalar, raw[key], here, problems)
    return None if found is None else AttributeIs(name, *found)


def _attribute_in(name: str, values: list[object], here: str, problems: Problems) -> Condition | None:
    try:
        return AttributeIn(name, tuple(plain(value) for value in values))
    except ValueError as error:
        problems.error(here, str(error))
        return None


def _event(
    key: str, raw: Mapping[str, Any], path: str, problems: Problems, _names: Names
) -> Condition | None:
    here, name = under(path, key), key.removeprefix("event.")
    if not _ATTRIBUTE.fullmatch(name):
        problems.error(here, "a property's name is letters, digits, spaces, dots and dashes")
        return None
    found = [_read(scalar, value, here, problems) for value in _several(raw[key])]
    parts = tuple(EventIs(name, *each) for each in found if each is not None)
    return parts[0] if len(parts) == 1 else AnyOf(parts)


LEAVES: Mapping[str, Reader] = {
    "did": _did,
    "overdue": overdue,
    "tag": _tag,
    "stage": _stage,
    "rfm": _rfm,
    "known_for": _known_for,
    "unfollowed": _unfollowed,
    "coupon": _coupon,
    "group": _group,
}
