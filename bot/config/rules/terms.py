"""The terms of a rule: re-entry, ways out, goal, holdout, cap."""

from collections.abc import Mapping

from bot.config.document import under
from bot.config.rules.table import Table
from bot.config.values import duration
from bot.domain.lifecycle.rule import (
    AfterGoal,
    Cap,
    ExitOn,
    Goal,
    GoalStart,
    Holdout,
    Reentry,
    ReentryMode,
)
from bot.domain.lifecycle.spans import NO_SPAN

EVENT = "event."


def reentry(table: Table) -> Reentry:
    """Return when a member may run through the rule again."""
    if not table.has("reentry"):
        return Reentry()
    inside = table.inside("reentry")
    mode = ReentryMode(inside.word("mode", [each.value for each in ReentryMode]))
    cooldown = inside.span("cooldown")
    if cooldown is not None and mode is not ReentryMode.AFTER_EXIT:
        inside.error("a cooldown goes with mode: after_exit", "cooldown")
    return Reentry(mode, (cooldown or NO_SPAN).length)


def exits(table: Table) -> tuple[ExitOn, ...]:
    """Return the ways out."""
    return tuple(_exit(each) for each in table.each("exit_on")) if table.has("exit_on") else ()


def _exit(each: Table) -> ExitOn:
    ways = [key for key in ("event", "segment_left", "in") if each.has(key)]
    if len(ways) != 1:
        each.error("say one way out: event, segment_left or in")
        each.asked.update(each.raw)
        return ExitOn()
    if ways[0] == "segment_left":
        return ExitOn(segment_left=each.reference("segment_left", "segment"))
    if ways[0] == "in":
        return ExitOn(inside=each.segment_condition("in"))
    return ExitOn(
        event=each.reference("event", "event"),
        unless_claim=each.word("unless", ["claim"], "") == "claim",
        of=_of_event(each, "of"),
        match=_match(each),
    )


def _of_event(each: Table, name: str) -> str:
    value = each.text(name, "")
    if value and not value.startswith(EVENT):
        each.error("write event.NAME, a property of the event that began the run", name)
    return value.removeprefix(EVENT)


def _match(each: Table) -> Mapping[str, str]:
    inside = each.inside("match")
    return {key: _of_event(inside, key) for key in inside.raw}


def goal(table: Table) -> Goal | None:
    """Return what the rule is for."""
    if not table.has("goal"):
        return None
    inside = table.inside("goal")
    within = inside.span("within")
    return Goal(
        event=inside.reference("event", "event"),
        within=within.length if within else None,
        of=GoalStart(inside.word("of", [each.value for each in GoalStart], "assignment")),
        value=inside.text("value", ""),
        after_goal=AfterGoal(inside.word("after_goal", [each.value for each in AfterGoal], "exit")),
    )


def holdout(table: Table, rule: str) -> Holdout | None:
    """Return who is held out; without a salt the rule's name is one."""
    if not table.has("holdout"):
        return None
    inside = table.inside("holdout")
    return Holdout(inside.number("percent", 0, 99), f"{inside.text('salt', '') or rule}/{rule}")


def cap(table: Table) -> Cap | None:
    """Return how many runs a member may have."""
    if not table.has("cap"):
        return None
    inside = table.inside("cap")
    inside.word("action", ["skip"], "skip")
    most, by = inside.whole("max"), inside.text("by", "")
    try:
        return Cap(most, duration(inside.text("per")), by)
    except ValueError as error:
        table.problems.error(under(inside.path, "per"), str(error))
        return None
