"""Where a member stands: their stage, the watched segments they are in, and when that could change."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from bot.domain.conditions import Condition
from bot.domain.effects import Effect, Emit, SetMembership, SetReview, SetStage
from bot.domain.events import STAGE_CHANGED, Scalar
from bot.domain.lifecycle.look import Look
from bot.domain.outlook import next_change
from bot.domain.predicate import NOTHING, holds

# Time must have moved on before the same member is looked at again.
BREATH = timedelta(seconds=1)


def stand(look: Look) -> None:
    """Bring stage and memberships up to date; the look learns which edges were crossed."""
    _settle_stage(look)
    entered: set[str] = set()
    left: set[str] = set()
    effects: list[Effect] = []
    for name, tree in look.book.watched.items():
        inside = holds(tree, look.member, look.now)
        if inside is not (name in look.member.memberships):
            (entered if inside else left).add(name)
            effects.append(SetMembership(look.member.id, name, inside, look.now))
    look.entered, look.left = frozenset(entered), frozenset(left)
    look.do(effects)


def _settle_stage(look: Look) -> None:
    member, now = look.member, look.now
    found = next((name for name, each in look.book.stages.items() if holds(each, member, now)), "")
    if found == member.stage:
        return
    look.stage = found
    key = f"stage/{member.id}/{now.isoformat()}/{found}"
    about = {"stage": found, "was": member.stage}
    look.do([
        SetStage(member.id, found, member.stage, now),
        Emit(member.id, STAGE_CHANGED, key, now, about),
    ])  # fmt: skip


def plan_review(look: Look) -> None:
    """Order the next look at the member, unless one is ordered that is early enough."""
    at = min(_turns(look), default=None)
    if at is not None:
        at = max(at, look.now + BREATH)
    planned = look.member.review_at
    early_enough = planned is not None and planned > look.now and (at is None or planned <= at)
    if at != planned and not early_enough:
        look.do([SetReview(look.member.id, at)])


def _turns(look: Look) -> Iterator[datetime]:
    """Yield the moments at which something about the member could turn by itself."""
    member, now = look.member, look.now
    for condition, context in _open_questions(look):
        if at := next_change(condition, member, now, context):
            yield at
    for rule in look.book.by_standing:
        if at := rule.entry.next_at(member, now, look.zone):
            yield at


def _open_questions(look: Look) -> Iterator[tuple[Condition, Mapping[str, Scalar]]]:
    """Yield the conditions whose turning would change something; stages after the member's own do not."""
    turning = look.book.turning
    for name, stage in look.book.stages.items():
        if f"stage:{name}" in turning:
            yield stage, NOTHING
        if name == look.member.stage:
            break
    for name, tree in look.book.watched.items():
        if name in turning:
            yield tree, NOTHING
    for run in look.member.runs:
        rule = look.book.rules.get(run.rule)
        if rule is not None and run.active:
            yield from ((condition, run.context) for condition in rule.exit_conditions)
