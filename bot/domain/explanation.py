"""A condition taken apart: what it needs to know, and how each of its leaves stands for one member."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.conditions import (
    AllOf,
    AnyOf,
    AttributeIn,
    AttributeIs,
    Condition,
    CouponIs,
    Did,
    EventIs,
    InGroup,
    InSegment,
    KnownFor,
    Not,
    Overdue,
    RfmIs,
    StageIs,
    Tagged,
    Unfollowed,
)
from bot.domain.counting import count_of, kinds_of, last_time, presence
from bot.domain.events import Scalar
from bot.domain.members import Member, Tally
from bot.domain.outlook import next_change
from bot.domain.predicate import NOTHING, attribute, coupon_state, holds
from bot.domain.rhythm import gap

SCORES = ("recency", "frequency", "monetary")


@dataclass(frozen=True, slots=True)
class Clause:
    """One node of a condition as it stands for a member.

    `value` is what the member has where the leaf asks: a count, a time as ISO 8601 in UTC, a tag's
    expiry, seconds known, a state, seconds of the usual gap; None when there is nothing. `turns_at` is when
    it could change with no new event. `parts` are the clauses below; a leaf has none.
    """

    condition: Condition
    holds: bool
    value: Scalar = None
    turns_at: datetime | None = None
    parts: tuple["Clause", ...] = ()


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """Return what stands directly below; a leaf has nothing."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            return parts
        case Not(part):
            return (part,)
        case InSegment(_, tree):
            return (tree,)
        case _:
            return ()


def clauses(condition: Condition) -> Iterator[Condition]:
    """Yield every leaf, those of segments included, from left to right."""
    parts = parts_of(condition)
    if not parts and not isinstance(condition, AllOf | AnyOf):
        yield condition
    for part in parts:
        yield from clauses(part)


def kinds_needed(condition: Condition) -> tuple[frozenset[str], timedelta]:
    """Return the event kinds whose single moments must be loaded, and for how far back.

    Only counting within a window needs moments; everything else reads the profile's numbers.
    """
    counted = [leaf for leaf in clauses(condition) if isinstance(leaf, Did) and _needs_moments(leaf)]
    kinds = frozenset(kind for did in counted for kind in kinds_of(did))
    return kinds, max((did.within for did in counted if did.within is not None), default=timedelta())


def _needs_moments(did: Did) -> bool:
    return did.within is not None and presence(did.count) is None


def turns(condition: Condition) -> bool:
    """Return whether the passing of time alone can change the condition's truth."""
    return any(
        isinstance(leaf, KnownFor | Tagged | CouponIs | Overdue)
        or (isinstance(leaf, Did) and leaf.within is not None)
        for leaf in clauses(condition)
    )


def explain(
    condition: Condition, member: Member, now: datetime, context: Mapping[str, Scalar] = NOTHING
) -> Clause:
    """Return the tree with each node's truth and the member's own value beside each leaf."""
    return Clause(
        condition,
        holds(condition, member, now, context),
        _value(condition, member, now, context),
        next_change(condition, member, now, context),
        tuple(explain(part, member, now, context) for part in parts_of(condition)),
    )


def _value(leaf: Condition, member: Member, now: datetime, context: Mapping[str, Scalar]) -> Scalar:
    match leaf:
        case Did() | Overdue():
            return _did_value(leaf, member, now)
        case Tagged(name):
            tag = member.tags.get(name)
            return None if tag is None else _iso(tag.expires_at) or "for ever"
        case KnownFor():
            return (now - member.known_since).total_seconds()
        case CouponIs(name):
            holding = member.holdings.get(name)
            return None if holding is None else coupon_state(holding, now)
        case EventIs(name):
            return context.get(name)
        case _:
            return _profile_value(leaf, member)


def _profile_value(leaf: Condition, member: Member) -> Scalar:
    match leaf:
        case AttributeIs(name) | AttributeIn(name):
            return attribute(member, name)
        case StageIs():
            return member.stage
        case InGroup():
            return "、".join(sorted(name or address for address, name in member.groups.items())) or None
        case Unfollowed():
            return member.unfollowed
        case RfmIs():
            rfm = member.rfm
            return None if rfm is None else f"R{rfm.recency} F{rfm.frequency} M{rfm.monetary}"
        case _:
            return None


def _usual_gap(tally: Tally | None) -> float | None:
    usual = gap(tally) if tally is not None else None
    return None if usual is None else usual.total_seconds()


def _did_value(did: Did | Overdue, member: Member, now: datetime) -> Scalar:
    if isinstance(did, Overdue):
        return _usual_gap(member.tallies.get(did.kind))
    if presence(did.count) is not None:
        return _iso(last_time(did, member))
    return count_of(did, member, now)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def facts_of(conditions: Iterable[Condition]) -> frozenset[str]:
    """Return the names of the facts about a member that conditions look at."""
    return frozenset(
        fact for condition in conditions for clause in clauses(condition) for fact in _facts(clause)
    )


def _facts(clause: Condition) -> tuple[str, ...]:
    """Return the facts one leaf looks at."""
    match clause:
        case AttributeIs(name) | AttributeIn(name) | EventIs(name):
            return (name,)
        case RfmIs():
            return tuple(score for score in SCORES if getattr(clause, score) is not None)
        case _:
            return ()
