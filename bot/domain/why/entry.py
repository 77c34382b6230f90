"""Every occasion on which a member could have entered a rule, and what became of it."""

from collections.abc import Iterator
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from bot.domain.conditions import Condition, InSegment, StageIs
from bot.domain.events import IMPORTED, STAGE_CHANGED, InboundEvent
from bot.domain.explanation import Clause, explain
from bot.domain.lifecycle.entering import entry_key, runs_since
from bot.domain.lifecycle.entry import Change, Occasion
from bot.domain.lifecycle.rule import Rule
from bot.domain.lifecycle.rulebook import Rulebook
from bot.domain.members import Member
from bot.domain.predicate import holds
from bot.domain.value import value
from bot.domain.why.life import Happening, Life
from bot.domain.why.replay import Replay

# A first look at everybody moves stages without opening anything; see `storage.stage_pass`.
UNHEARD = "stage-pass/"


class Fate(StrEnum):
    """What became of one occasion, or why there was none."""

    ENTERED = "entered"
    RESTING = "resting"  # the rule did not work then
    AGAIN = "again"  # re-entry does not allow another run yet
    FILTERED = "filtered"  # `filter` did not hold
    EXIT_HELD = "exit_held"  # a condition of `exit_on` held already
    CAPPED = "capped"  # as many runs as `cap` allows
    NO_OCCASION = "no_occasion"  # what opens the rule never happened
    STOOD_INSIDE = "stood_inside"  # the member was inside before the rule began to look
    LOST = "lost"  # history does not tell, since it was forgotten, merged or kept only later


@value
class Chance:
    """One occasion: when, what became of it, and the condition that decided, taken apart as it stood then."""

    at: datetime
    fate: Fate
    key: str = ""
    clause: Clause | None = None
    until: datetime | None = None


@value
class Moment:
    """One look at the member: the change there was, and how much of history was known."""

    at: datetime
    upto: int
    happening: Happening | None = None
    entered: frozenset[str] = field(default_factory=frozenset)


def chances(book: Rulebook, rule: Rule, life: Life, until: datetime) -> tuple[Chance, ...]:
    """Return every occasion up to a moment, oldest first."""
    replay = Replay(life, book.moment_kinds)
    entered = {run.key for run in life.runs if run.rule == rule.name}
    found: list[Chance] = []
    for look in _looks(rule, life, until, book):
        member = replay.at(look.at, look.upto)
        found += [
            _judged(rule, life, member, occasion, look.at, entered)
            for occasion in rule.entry.occasions(_change(look, member, book))
        ]
    return tuple(found)


def standing(book: Rulebook, rule: Rule, life: Life, now: datetime) -> Clause | None:
    """Return the condition that opens the rule as it stands, None when an event or a date opens it."""
    audience = rule.entry.audience
    if audience is None:
        return None
    member = Replay(life, book.moment_kinds).at(now)
    clause = explain(audience, member, now)
    if clause.holds or not isinstance(audience, StageIs) or audience.names[0] not in book.stages:
        return clause
    # A stage is computed, so its own condition says more; unless an earlier one comes first.
    name = audience.names[0]
    computed = explain(InSegment(name, book.stages[name]), member, now)
    return clause if computed.holds else computed


def _looks(rule: Rule, life: Life, until: datetime, book: Rulebook) -> Iterator[Moment]:
    """Yield the looks at which this rule could have been opened."""
    looks = [*_heard(rule, life, until), *_crossed(rule, life, until)]
    if rule.entry.by_time:
        looks += _dated(rule, life, until, book)
    return iter(sorted(looks, key=lambda look: (look.at, look.upto)))


def _heard(rule: Rule, life: Life, until: datetime) -> Iterator[Moment]:
    kinds = rule.entry.hears or ({STAGE_CHANGED} if not rule.entry.watches else frozenset())
    for place, one in enumerate(life.happenings, start=1):
        heard = one.kind in kinds and one.kind != IMPORTED and not one.key.startswith(UNHEARD)
        if heard and one.received_at <= until:
            yield Moment(one.received_at, place, one)


def _crossed(rule: Rule, life: Life, until: datetime) -> Iterator[Moment]:
    for edge in life.edges:
        if edge.inside and edge.segment in rule.entry.watches and edge.at <= until:
            upto = sum(one.received_at <= edge.at for one in life.happenings)
            yield Moment(edge.at, upto, entered=frozenset({edge.segment}))


def _dated(rule: Rule, life: Life, until: datetime, book: Rulebook) -> Iterator[Moment]:
    member = life.member
    at: datetime | None = member.known_since
    while at is not None:
        at = rule.entry.next_at(member, at, book.zone_of(member))
        if at is None or at > until:
            return
        now = at
        yield Moment(now, sum(one.received_at <= now for one in life.happenings))


def _change(look: Moment, member: Member, book: Rulebook) -> Change:
    one = look.happening
    stage = str(one.properties.get("stage", "")) if one is not None and one.kind == STAGE_CHANGED else ""
    return Change(
        member=member,
        now=look.at,
        zone=book.zone_of(member),
        event=_event(one) if one is not None else None,
        stage=stage,
        entered=look.entered,
        since=look.at if one is None and not look.entered else None,
    )


def _event(one: Happening) -> InboundEvent:
    told = one.properties.get("text")
    text = told if isinstance(told, str) else ""
    return InboundEvent(
        one.key, one.account, one.kind, one.at, "", text, properties=one.properties, amount=one.amount
    )


def _judged(
    rule: Rule, life: Life, member: Member, occasion: Occasion, at: datetime, entered: set[str]
) -> Chance:
    if not worked(life, rule, at):
        return Chance(at, Fate.RESTING)
    key = entry_key(rule, member, occasion, at)
    if key is None:
        return Chance(at, Fate.AGAIN, until=_again_at(rule, member))
    if not holds(rule.filter, member, at, occasion.context):
        return Chance(at, Fate.FILTERED, key, explain(rule.filter, member, at, occasion.context))
    open_way = _open_way(rule, member, occasion, at)
    if open_way is not None:
        return Chance(at, Fate.EXIT_HELD, key, explain(open_way, member, at, occasion.context))
    if rule.cap is not None and runs_since(rule, member, at - rule.cap.per) >= rule.cap.max:
        return Chance(at, Fate.CAPPED, key)
    there = key in entered
    return Chance(at, Fate.ENTERED if there else Fate.LOST, key)


def _open_way(rule: Rule, member: Member, occasion: Occasion, at: datetime) -> Condition | None:
    held = (each for each in rule.exit_conditions if holds(each, member, at, occasion.context))
    return next(held, None)


def _again_at(rule: Rule, member: Member) -> datetime | None:
    past = member.past.get(rule.name)
    if past is None or past.last_ended_at is None or not rule.reentry.cooldown:
        return None
    return past.last_ended_at + rule.reentry.cooldown


def worked(life: Life, rule: Rule, at: datetime) -> bool:
    """Return whether the rule worked at a moment; one that history does not know counts as it is now."""
    spans = life.working.get(rule.name, ())
    known = [works for since, works in spans if since <= at]
    return known[-1] if known else not spans
