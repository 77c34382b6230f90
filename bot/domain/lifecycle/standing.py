"""Where a member stands: their stage, the watched segments they are in, and when that could change."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.domain.conditions import Condition
from bot.domain.effects import AddTag, Effect, Emit, RemoveTag, SetMembership, SetReview, SetStage
from bot.domain.events import STAGE_CHANGED
from bot.domain.lifecycle.look import Look
from bot.domain.outlook import judged, next_change
from bot.domain.predicate import holds

# Time must have moved on before the same member is looked at again.
BREATH = timedelta(seconds=1)
NEW_FACTS = (AddTag, RemoveTag)


def stand(look: Look) -> None:
    """Bring stage and memberships up to date; the look learns which edges were crossed."""
    look.turns.clear()
    _settle_stage(look)
    entered: set[str] = set()
    left: set[str] = set()
    effects: list[Effect] = []
    for name, tree in look.book.watched.items():
        inside = _judge(look, name, tree)
        if inside is not (name in look.member.memberships):
            (entered if inside else left).add(name)
            effects.append(SetMembership(look.member.id, name, inside, look.now))
    look.entered, look.left = frozenset(entered), frozenset(left)
    look.do(effects)
    look.settled = len(look.effects)


def _settle_stage(look: Look) -> None:
    member, now = look.member, look.now
    # Once one holds, later stages do not matter, nor when they could turn.
    found = next((name for name, each in look.book.stages.items() if _judge(look, f"stage:{name}", each)), "")
    if found == member.stage:
        return
    look.stage = found
    key = f"stage/{member.id}/{now.isoformat()}/{found}"
    about = {"stage": found, "was": member.stage}
    look.do([
        SetStage(member.id, found, member.stage, now),
        Emit(member.id, STAGE_CHANGED, key, now, about),
    ])  # fmt: skip


def _judge(look: Look, name: str, condition: Condition) -> bool:
    if name not in look.book.turning:
        return holds(condition, look.member, look.now)
    truth, turns = judged(condition, look.member, look.now)
    if turns is not None:
        look.turns.append(turns)
    return truth


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
    if any(isinstance(effect, NEW_FACTS) for effect in look.effects[look.settled :]):
        stand_again = Look(look.book, look.member, look.now)
        stand(stand_again)
        yield from stand_again.turns
    yield from look.turns
    member, now = look.member, look.now
    for run in member.runs:
        rule = look.book.rule_of(run)
        for condition in rule.exit_conditions if rule is not None and run.active else ():
            if at := next_change(condition, member, now, run.context):
                yield at
    for rule in look.book.by_date:
        if at := rule.entry.next_at(member, now, look.zone):
            yield at
