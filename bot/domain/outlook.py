"""When a condition could turn by itself, so that a member is looked at again then and not before."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from bot.domain.conditions import (
    AllOf,
    AnyOf,
    Condition,
    CouponIs,
    Did,
    InSegment,
    KnownFor,
    Not,
    Overdue,
    Tagged,
)
from bot.domain.counting import did_changes_at
from bot.domain.events import Scalar
from bot.domain.members import Member
from bot.domain.predicate import NOTHING, holds
from bot.domain.rhythm import overdue_from

NEVER = datetime.max.replace(tzinfo=UTC)
TICK = timedelta(microseconds=1)


def next_change(
    condition: Condition, member: Member, now: datetime, context: Mapping[str, Scalar] = NOTHING
) -> datetime | None:
    """Return the first moment after `now` at which the truth could change with no new event.

    Until that moment it surely does not; None means it never does.
    """
    _, turns = _outlook(condition, member, now, context)
    return None if turns == NEVER else turns


def judged(
    condition: Condition, member: Member, now: datetime, context: Mapping[str, Scalar] = NOTHING
) -> tuple[bool, datetime | None]:
    """Return in one go what `holds` and `next_change` say."""
    truth, turns = _outlook(condition, member, now, context)
    return truth, None if turns == NEVER else turns


def _outlook(
    condition: Condition, member: Member, now: datetime, context: Mapping[str, Scalar]
) -> tuple[bool, datetime]:
    match condition:
        case AllOf(parts):
            return _together((_outlook(part, member, now, context) for part in parts), decisive=False)
        case AnyOf(parts):
            return _together((_outlook(part, member, now, context) for part in parts), decisive=True)
        case Not(part):
            truth, turns = _outlook(part, member, now, context)
            return not truth, turns
        case InSegment(_, tree):
            return _outlook(tree, member, now, context)
        case _:
            return holds(condition, member, now, context), _leaf_turns(condition, member, now)


def _together(parts: Iterable[tuple[bool, datetime]], *, decisive: bool) -> tuple[bool, datetime]:
    """Join parts of which one with the `decisive` truth settles the whole.

    While any one settles it, the others may turn as they like, so the last such part to turn counts.
    """
    known = list(parts)
    settling = [turns for truth, turns in known if truth is decisive]
    if settling:
        return decisive, max(settling)
    return not decisive, min((turns for _, turns in known), default=NEVER)


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
