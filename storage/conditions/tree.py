"""A condition tree compiled to one SQL expression over the member table."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, false, func, or_, select, true, union

from bot.domain.conditions import (
    AllOf,
    Always,
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
from bot.domain.events import Scalar
from bot.domain.predicate import NOTHING, known_since_bound, rfm_scores
from bot.domain.scalars import RELATIONS, compare
from storage.conditions.attributes import MEMBER, attribute, constant
from storage.conditions.counts import did, overdue, who_did
from storage.tables import table
from storage.tables.delivery import CouponRow
from storage.tables.groups import GroupMemberRow, GroupRow
from storage.tables.members import TagRow

TAG = table(TagRow)
GROUP = table(GroupRow)
INSIDE = table(GroupMemberRow)


def where(
    condition: Condition, now: datetime, context: Mapping[str, Scalar] = NOTHING
) -> ColumnElement[bool]:
    """Return SQL over `member` that is true exactly where `predicate.holds` is, and never NULL.

    It says nothing of merged or erased members: the caller adds which rows are alive. Values are
    bound parameters, so one shape of condition is compiled once.
    """
    return _compile(condition, now, context, driving=True)


def _compile(
    condition: Condition, now: datetime, context: Mapping[str, Scalar], *, driving: bool
) -> ColumnElement[bool]:
    """Return the SQL of one node; `driving` says that nothing above is an `or` or a `not`."""
    match condition:
        case AllOf(parts):
            return and_(true(), *(_compile(part, now, context, driving=driving) for part in parts))
        case AnyOf(parts):
            return _any(parts, now, context, driving=driving)
        case Not(part):
            return ~_compile(part, now, context, driving=False)
        case InSegment(_, tree):
            return _compile(tree, now, context, driving=driving)
        case _:
            return _leaf(condition, now, context, driving=driving)


def _leaf(
    leaf: Condition, now: datetime, context: Mapping[str, Scalar], *, driving: bool
) -> ColumnElement[bool]:
    match leaf:
        case Did():
            return did(leaf, now, driving=driving)
        case Overdue():
            return overdue(leaf, now, driving=driving)
        case Tagged():
            return _tagged(leaf, now, driving=driving)
        case EventIs(name, relation, value):
            return constant(truth=compare(context.get(name), relation, value))
        case _:
            return _LEAVES[type(leaf)](leaf, now)


def _any(
    parts: tuple[Condition, ...], now: datetime, context: Mapping[str, Scalar], *, driving: bool
) -> ColumnElement[bool]:
    if len(parts) == 1:
        return _compile(parts[0], now, context, driving=driving)
    ids = [_ids(part, now) for part in parts] if driving else [None]
    lists = [each for each in ids if each is not None]
    if parts and len(lists) == len(parts):
        return MEMBER.c.id.in_(union(*lists))
    return or_(false(), *(_compile(part, now, context, driving=False) for part in parts))


def _ids(condition: Condition, now: datetime) -> Select[Any] | None:
    """Return the ids of the members for whom it holds, if one range of an index gives them."""
    match condition:
        case Did():
            return who_did(condition, now)
        case Tagged(name):
            return select(TAG.c.member_id).where(_tag_lives(name, now))
        case InSegment(_, tree):
            return _ids(tree, now)
        case _:
            return None


def _tag_lives(name: str, now: datetime) -> ColumnElement[bool]:
    return (TAG.c.name == name) & (TAG.c.expires_at.is_(None) | (TAG.c.expires_at > now))


def _tagged(leaf: Tagged, now: datetime, *, driving: bool) -> ColumnElement[bool]:
    live = select(TAG.c.member_id).where(_tag_lives(leaf.name, now))
    if driving:
        return MEMBER.c.id.in_(live)
    return live.where(TAG.c.member_id == MEMBER.c.id).correlate(MEMBER).exists()


def _rfm(leaf: RfmIs, _now: datetime) -> ColumnElement[bool]:
    scores = [(MEMBER.c[f"rfm_{name}"], comparison) for name, comparison in rfm_scores(leaf)]
    known = MEMBER.c.rfm_recency.is_not(None)
    return and_(
        known,
        *(column.is_not(None) & RELATIONS[each.operator](column, each.value) for column, each in scores),
    )


def _known_for(leaf: KnownFor, now: datetime) -> ColumnElement[bool]:
    relation, moment = known_since_bound(leaf, now)
    found: ColumnElement[bool] = RELATIONS[relation](MEMBER.c.known_since, moment)
    return found


def _coupon(leaf: CouponIs, now: datetime) -> ColumnElement[bool]:
    coupon, newer = table(CouponRow).alias(), table(CouponRow).alias()
    over = coupon.c.expires_at.is_not(None) & (coupon.c.expires_at <= now)
    in_state = coupon.c.state == leaf.state
    if leaf.state == "issued":
        in_state &= ~over
    elif leaf.state == "expired":
        in_state |= (coupon.c.state == "issued") & over
    since, newer_since = _held_since(coupon), _held_since(newer)
    later = (newer_since > since) | ((newer_since == since) & (newer.c.id > coupon.c.id))
    superseded = select(newer.c.id).where(
        newer.c.member_id == coupon.c.member_id, newer.c.batch == coupon.c.batch, later
    )
    held = select(coupon.c.id).where(
        coupon.c.member_id == MEMBER.c.id,
        coupon.c.batch == leaf.name,
        since.is_not(None),
        in_state,
        ~superseded.correlate(coupon).exists(),
    )
    return held.correlate(MEMBER).exists()


def _in_group(leaf: InGroup, _now: datetime) -> ColumnElement[bool]:
    there = select(INSIDE.c.member_id).where(
        INSIDE.c.member_id == MEMBER.c.id,
        INSIDE.c.left_at.is_(None),
        INSIDE.c.chat == GROUP.c.known_as,
        (GROUP.c.name == leaf.name) | (GROUP.c.known_as == leaf.name),
    )
    return there.correlate(MEMBER).exists()


def _held_since(coupon: FromClause) -> ColumnElement[Any]:
    return func.coalesce(coupon.c.issued_at, coupon.c.at)


def _attribute_in(leaf: AttributeIn, _now: datetime) -> ColumnElement[bool]:
    return or_(false(), *(attribute(leaf.name, "==", value) for value in leaf.values))


_LEAVES: Mapping[type, Callable[[Any, datetime], ColumnElement[bool]]] = {
    Always: lambda _leaf, _now: true(),
    StageIs: lambda leaf, _now: MEMBER.c.stage.in_(leaf.names),
    RfmIs: _rfm,
    KnownFor: _known_for,
    Unfollowed: lambda leaf, _now: MEMBER.c.unfollowed.is_(leaf.value),
    AttributeIs: lambda leaf, _now: attribute(leaf.name, leaf.operator, leaf.value),
    AttributeIn: _attribute_in,
    CouponIs: _coupon,
    InGroup: _in_group,
}
