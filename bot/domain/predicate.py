"""Whether a condition holds for a member: the evaluator in memory.

`storage.conditions.where` gives the same answer as SQL; a property test holds the two equal. What each
leaf means where it could be read in two ways:

* Every answer is true or false. What is not known (no score, no attribute, no coupon) makes its leaf
  false, so its negation true.
* Counting follows `bot.domain.counting`, comparing values `bot.domain.scalars`.
* A tag or a coupon is over at its very moment of expiry; an issued coupon past it is expired, whether
  or not the row was swept yet.
* `known_for` compares the whole time since `known_since`, exact to the microsecond.
* `event.*` leaves read `context`, the properties of the event that started the enrollment.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.domain.conditions import (
    AllOf,
    Always,
    AnyOf,
    AttributeIn,
    AttributeIs,
    Comparison,
    Condition,
    CouponIs,
    Did,
    EventIs,
    InGroup,
    InSegment,
    KnownFor,
    Not,
    Operator,
    Overdue,
    RfmIs,
    StageIs,
    Tagged,
    Unfollowed,
)
from bot.domain.counting import holds_did, last_time, presence
from bot.domain.events import Scalar
from bot.domain.members import Holding, Member
from bot.domain.once import by_identity
from bot.domain.rhythm import holds_overdue
from bot.domain.scalars import RELATIONS, compare

NOTHING: Mapping[str, Scalar] = {}

# Attributes with a column of their own.
OWN_COLUMNS = frozenset({"name", "zone", "birthday", "source"})

# known_for >= d means known_since <= now - d: the other side of the comparison.
MIRRORED: Mapping[Operator, Operator] = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "==": "==", "!=": "!="}


# Whether a condition holds for a member at a moment, in the context of an enrollment.
Predicate = Callable[[Member, datetime, Mapping[str, Scalar]], bool]


def holds(
    condition: Condition, member: Member, now: datetime, context: Mapping[str, Scalar] = NOTHING
) -> bool:
    """Return whether `condition` holds for `member` at `now`."""
    return predicate(condition)(member, now, context)


@by_identity
def predicate(condition: Condition) -> Predicate:
    """Return the condition as one function, made once: a tree is asked very often."""
    match condition:
        case AllOf(parts):
            return _all([predicate(part) for part in parts])
        case AnyOf(parts):
            return _any([predicate(part) for part in parts])
        case Not(part):
            return _not(predicate(part))
        case InSegment(_, tree):
            return predicate(tree)
        case Did() if (asked := presence(condition.count)) is not None:
            return _did(condition, asked=asked)
        case _:
            return partial(_LEAVES[type(condition)], condition)


def attribute(member: Member, name: str) -> Scalar:
    """Return a member attribute by name, None when there is none."""
    if name in OWN_COLUMNS:
        value: Scalar = getattr(member, name)
        return value
    return member.attributes.get(name)


def known_since_bound(known: KnownFor, now: datetime) -> tuple[Operator, datetime]:
    """Return the relation and the moment that `known_since` must stand in."""
    return MIRRORED[known.seconds.operator], now - timedelta(seconds=known.seconds.value)


def coupon_state(holding: Holding, now: datetime) -> str:
    """Return the coupon's state at `now`."""
    over = holding.expires_at is not None and holding.expires_at <= now
    return "expired" if holding.state == "issued" and over else holding.state


def rfm_scores(wanted: RfmIs) -> tuple[tuple[str, Comparison], ...]:
    """Return the scores asked for, as (name, comparison)."""
    asked = (("recency", wanted.recency), ("frequency", wanted.frequency), ("monetary", wanted.monetary))
    return tuple((name, comparison) for name, comparison in asked if comparison is not None)


def _all(parts: Sequence[Predicate]) -> Predicate:
    def found(member: Member, now: datetime, context: Mapping[str, Scalar]) -> bool:
        for part in parts:  # noqa: SIM110  generators cost more than most parts
            if not part(member, now, context):
                return False
        return True

    return found


def _any(parts: Sequence[Predicate]) -> Predicate:
    def found(member: Member, now: datetime, context: Mapping[str, Scalar]) -> bool:
        for part in parts:  # noqa: SIM110  generators cost more than most parts
            if part(member, now, context):
                return True
        return False

    return found


def _not(part: Predicate) -> Predicate:
    return lambda member, now, context: not part(member, now, context)


def _did(did: Did, *, asked: bool) -> Predicate:
    within = did.within

    def found(member: Member, now: datetime, context: Mapping[str, Scalar]) -> bool:
        last = last_time(did, member)
        return (last is not None and (within is None or last > now - within)) is asked

    return found


def _tagged(part: Tagged, member: Member, now: datetime, _context: Mapping[str, Scalar]) -> bool:
    tag = member.tags.get(part.name)
    return tag is not None and tag.live(now)


def _rfm(part: RfmIs, member: Member, _now: datetime, _context: Mapping[str, Scalar]) -> bool:
    if member.rfm is None:
        return False
    return all(comparison.holds(getattr(member.rfm, name)) for name, comparison in rfm_scores(part))


def _known_for(part: KnownFor, member: Member, now: datetime, _context: Mapping[str, Scalar]) -> bool:
    relation, moment = known_since_bound(part, now)
    return bool(RELATIONS[relation](member.known_since, moment))


def _coupon(part: CouponIs, member: Member, now: datetime, _context: Mapping[str, Scalar]) -> bool:
    holding = member.holdings.get(part.name)
    return holding is not None and coupon_state(holding, now) == part.state


def _attribute_in(part: AttributeIn, member: Member, _now: datetime, _context: Mapping[str, Scalar]) -> bool:
    value = attribute(member, part.name)
    return any(compare(value, "==", wanted) for wanted in part.values)


_LEAVES: Mapping[type, Callable[[Any, Member, datetime, Mapping[str, Scalar]], bool]] = {
    Always: lambda _part, _member, _now, _context: True,
    Did: lambda part, member, now, _context: holds_did(part, member, now),
    Overdue: lambda part, member, now, _context: holds_overdue(part, member, now),
    Tagged: _tagged,
    StageIs: lambda part, member, _now, _context: member.stage in part.names,
    RfmIs: _rfm,
    KnownFor: _known_for,
    Unfollowed: lambda part, member, _now, _context: member.unfollowed is part.value,
    AttributeIs: lambda part, member, _now, _context: compare(
        attribute(member, part.name), part.operator, part.value
    ),
    AttributeIn: _attribute_in,
    EventIs: lambda part, _member, _now, context: compare(context.get(part.name), part.operator, part.value),
    CouponIs: _coupon,
    InGroup: lambda part, member, _now, _context: member.in_group(part.name),
}
