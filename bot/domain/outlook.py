"""When a condition could turn by itself, so that a member is looked at again then and not before."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bot.domain.conditions import (
    AllOf,
    Always,
    AnyOf,
    Condition,
    CouponIs,
    Did,
    InSegment,
    KnownFor,
    Not,
    Overdue,
    StageIs,
    Tagged,
)
from bot.domain.counting import did_changes_at, last_time, presence
from bot.domain.events import Scalar
from bot.domain.members import Member
from bot.domain.once import by_identity
from bot.domain.predicate import NOTHING, holds, predicate
from bot.domain.rhythm import overdue_from

NEVER = datetime.max.replace(tzinfo=UTC)
TICK = timedelta(microseconds=1)


def next_change(
    condition: Condition, member: Member, now: datetime, context: Mapping[str, Scalar] = NOTHING
) -> datetime | None:
    """Return the first moment after `now` at which the truth could change with no new event.

    Until that moment it surely does not; None means it never does.
    """
    _, turns = outlook(condition)(member, now, context)
    return None if turns is NEVER else turns


def judged(
    condition: Condition, member: Member, now: datetime, context: Mapping[str, Scalar] = NOTHING
) -> tuple[bool, datetime | None]:
    """Return in one go what `holds` and `next_change` say."""
    truth, turns = outlook(condition)(member, now, context)
    return truth, None if turns is NEVER else turns


# Whether a condition holds, and when that could turn.
Outlook = Callable[[Member, datetime, Mapping[str, Scalar]], tuple[bool, datetime]]


@by_identity
def outlook(condition: Condition) -> Outlook:
    """Return the outlook of a condition as one function, made once: a tree is asked very often."""
    match condition:
        case AllOf(parts):
            return _together([outlook(part) for part in parts], decisive=False)
        case AnyOf(parts):
            return _together([outlook(part) for part in parts], decisive=True)
        case Not(part):
            return _not(outlook(part))
        case InSegment(_, tree):
            return outlook(tree)
        case _:
            return _of_leaf(condition)


def _of_leaf(leaf: Condition) -> Outlook:
    if isinstance(leaf, Did) and leaf.within is not None:
        asked = presence(leaf.count)
        if asked is not None:
            return _lately(leaf, leaf.within, asked=asked)
    lasts = isinstance(leaf, StageIs | Always) or (isinstance(leaf, Did) and leaf.within is None)
    return _lasting(leaf) if lasts else _leaf(leaf)


def _together(parts: Sequence[Outlook], *, decisive: bool) -> Outlook:
    """Join parts of which one with the `decisive` truth settles the whole.

    While any one settles it, the others may turn as they like, so the last such part to turn counts.
    """

    def found(member: Member, now: datetime, context: Mapping[str, Scalar]) -> tuple[bool, datetime]:
        last: datetime | None = None
        first = NEVER
        for part in parts:
            truth, turns = part(member, now, context)
            if truth is decisive:
                if last is None or turns > last:
                    last = turns
            elif turns < first:
                first = turns
        return (not decisive, first) if last is None else (decisive, last)

    return found


def _not(part: Outlook) -> Outlook:
    def found(member: Member, now: datetime, context: Mapping[str, Scalar]) -> tuple[bool, datetime]:
        truth, turns = part(member, now, context)
        return not truth, turns

    return found


def _lately(did: Did, within: timedelta, *, asked: bool) -> Outlook:
    """Return the outlook of having done something within a time, or of not having."""

    def found(member: Member, now: datetime, context: Mapping[str, Scalar]) -> tuple[bool, datetime]:
        last = last_time(did, member)
        leaves = None if last is None else last + within
        return (not asked, NEVER) if leaves is None or leaves <= now else (asked, leaves)

    return found


def _lasting(leaf: Condition) -> Outlook:
    """Return the outlook of what time alone does not turn."""
    holding = predicate(leaf)

    def found(member: Member, now: datetime, context: Mapping[str, Scalar]) -> tuple[bool, datetime]:
        return holding(member, now, context), NEVER

    return found


def _leaf(leaf: Condition) -> Outlook:
    holding = predicate(leaf)

    def found(member: Member, now: datetime, context: Mapping[str, Scalar]) -> tuple[bool, datetime]:
        return holding(member, now, context), _leaf_turns(leaf, member, now)

    return found


def _leaf_turns(leaf: Condition, member: Member, now: datetime) -> datetime:
    match leaf:
        case Did():
            return did_changes_at(leaf, member, now) or NEVER
        case Overdue():
            return _if_ahead(overdue_from(leaf, member), now)
        case KnownFor():
            return _known_for_turns(leaf, member, now)
        case Tagged(name):
            tag = member.tags.get(name)
            return _if_ahead(None if tag is None else tag.expires_at, now)
        case CouponIs(name):
            holding = member.holdings.get(name)
            return _if_ahead(None if holding is None else holding.expires_at, now)
        case _:
            return NEVER


def _if_ahead(moment: datetime | None, now: datetime) -> datetime:
    return moment if moment is not None and moment > now else NEVER


def _known_for_turns(leaf: KnownFor, member: Member, now: datetime) -> datetime:
    exact = member.known_since + timedelta(seconds=leaf.seconds.value)
    truth = holds(leaf, member, now)
    for moment in (exact, exact + TICK):
        if moment > now and holds(leaf, member, moment) is not truth:
            return moment
    return NEVER
