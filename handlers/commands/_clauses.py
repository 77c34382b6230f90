"""How a condition's leaf, the value a member has for it, and what would change it are said."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any

from bot.domain import conditions as cond
from bot.domain.commanding.saying import Said, listed, say
from bot.domain.conditions import Comparison, Condition
from bot.domain.counting import presence
from bot.domain.events import Scalar
from bot.domain.explanation import Clause
from bot.domain.why.culprits import Culprit
from handlers.commands._people import minute

DAY = timedelta(days=1)


def culprit(one: Culprit, zone: tzinfo) -> Said:
    """Return one line: what is asked, what the member has, and when it turns by itself."""
    name = "why_needs" if one.wanted else "why_forbids"
    about = {"leaf": leaf(one.clause.condition), "value": held(one.clause, zone)}
    either = say("why_either") if one.either else Said()
    inside = say("why_segment", segment=one.within) if one.within else Said()
    turns = one.clause.turns_at
    later = say("why_turns", at=minute(turns, zone)) if turns is not None else Said()
    return say("why_clause", either=either, segment=inside, said=say(name, **about), later=later)


def leaf(one: Condition) -> Said:
    """Return what a leaf asks."""
    return _LEAVES.get(type(one), lambda _one: say("leaf_everybody"))(one)


def _did(one: cond.Did) -> Said:
    kind = say("leaf_any") if one.kind == "any" else say(f"kind:{one.kind}")
    within = say("leaf_within", span=span(one.within)) if one.within is not None else Said()
    asked = presence(one.count)
    count = Said() if asked is True else say("leaf_count", bound=_bound(one.count))
    return say("leaf_did", within=within, kind=kind, count=count)


def _scores(one: cond.RfmIs) -> str:
    asked = (("R", one.recency), ("F", one.frequency), ("M", one.monetary))
    return " ".join(f"{letter}{_bound(bound)}" for letter, bound in asked if bound is not None)


def _bound(comparison: Comparison) -> str:
    return f"{comparison.operator}{comparison.value:g}"


def held(clause: Clause, zone: tzinfo) -> Said:
    """Return what the member has where a leaf asks."""
    value: Scalar = clause.value
    match clause.condition:
        case cond.Overdue():
            return _usual(value)
        case cond.KnownFor():
            return Said(plain=span(timedelta(seconds=float(value or 0))))
        case cond.StageIs():
            return say(f"stage:{value}") if value else say("value_none")
        case cond.Did(count=count) if presence(count) is not None:
            return say("value_last", at=minute(_moment(value), zone)) if value else say("value_never")
        case cond.Did():
            return say("value_times", count=value or 0)
        case _:
            return _plain(value)


def _usual(value: Scalar) -> Said:
    if not value:
        return say("value_no_rhythm")
    return say("value_rhythm", gap=span(timedelta(seconds=float(value))))


def _plain(value: Scalar) -> Said:
    if value is None:
        return say("value_none")
    if isinstance(value, bool):
        return say("yes" if value else "no")
    return say("value_for_ever") if value == "for ever" else Said(plain=str(value))


def _moment(value: Scalar) -> datetime | None:
    return datetime.fromisoformat(str(value)) if value else None


def span(length: timedelta) -> str:
    """Return a length as the configuration writes it."""
    if length >= DAY:
        return f"{length / DAY:.4g}d"
    hours = length / timedelta(hours=1)
    return f"{hours:.3g}h" if hours >= 1 else f"{length.total_seconds():.0f}s"


_LEAVES: Mapping[type, Callable[[Any], Said]] = {
    cond.Did: _did,
    cond.Overdue: lambda one: say(
        "leaf_overdue", kind=say(f"kind:{one.kind}"), times=f"{one.times:g}", least=one.least
    ),
    cond.Tagged: lambda one: say("leaf_tag", tag=one.name),
    cond.StageIs: lambda one: say(
        "leaf_stage", stages=listed((say(f"stage:{name}") for name in one.names), "/")
    ),
    cond.KnownFor: lambda one: say(
        "leaf_known", bound=f"{one.seconds.operator} {span(timedelta(seconds=one.seconds.value))}"
    ),
    cond.RfmIs: lambda one: say("leaf_rfm", scores=_scores(one)),
    cond.CouponIs: lambda one: say("leaf_coupon", coupon=one.name, state=say(f"coupon_is_{one.state}")),
    cond.AttributeIs: lambda one: say("leaf_attribute", name=one.name, bound=f"{one.operator} {one.value}"),
    cond.AttributeIn: lambda one: say(
        "leaf_attribute", name=one.name, bound=f"∈ {'、'.join(map(str, one.values))}"
    ),
    cond.EventIs: lambda one: say("leaf_event", name=one.name, bound=f"{one.operator} {one.value}"),
    cond.InGroup: lambda one: say("leaf_group", group=one.name),
    cond.Unfollowed: lambda one: say("leaf_unfollowed" if one.value else "leaf_following"),
}
