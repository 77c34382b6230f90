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

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
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
from bot.domain.counting import holds_did
from bot.domain.events import Scalar
from bot.domain.members import Holding, Member
from bot.domain.rhythm import holds_overdue
from bot.domain.scalars import RELATIONS, compare

NOTHING: Mapping[str, Scalar] = {}

# Attributes with a column of their own.
OWN_COLUMNS = frozenset({"name", "zone", "birthday", "source"})

# known_for >= d means known_since <= now - d: the other side of the comparison.
MIRRORED: Mapping[Operator, Operator] = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "==": "==", "!=": "!="}


def holds(
    condition: Condition, member: Member, now: datetime, context: Mapping[str, Scalar] = NOTHING
) -> bool:
    """Return whether `condition` holds for `member` at `now`."""
    return _EVALUATORS[type(condition)](condition, member, now, context)


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


def _all(part: AllOf, member: Member, now: datetime, context: Mapping[str, Scalar]) -> bool:
    return all(_EVALUATORS[type(each)](each, member, now, context) for each in part.parts)


def _any(part: AnyOf, member: Member, now: datetime, context: Mapping[str, Scalar]) -> bool:
    return any(_EVALUATORS[type(each)](each, member, now, context) for each in part.parts)


def _not(part: Not, member: Member, now: datetime, context: Mapping[str, Scalar]) -> bool:
    return not holds(part.part, member, now, context)


def _segment(part: InSegment, member: Member, now: datetime, context: Mapping[str, Scalar]) -> bool:
    return holds(part.tree, member, now, context)


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


_EVALUATORS: Mapping[type, Callable[[Any, Member, datetime, Mapping[str, Scalar]], bool]] = {
    Always: lambda _part, _member, _now, _context: True,
    AllOf: _all,
    AnyOf: _any,
    Not: _not,
    Did: lambda part, member, now, _context: holds_did(part, member, now),
    Overdue: lambda part, member, now, _context: holds_overdue(part, member, now),
    InSegment: _segment,
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
