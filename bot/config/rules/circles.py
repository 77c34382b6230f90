"""Steps nobody reaches, and circles that cost no time."""

from collections.abc import Mapping

from bot.config.problems import Problems
from bot.domain.lifecycle.program import Program, Step


def check_ways(program: Program, paths: Mapping[str, str], problems: Problems) -> None:
    """Refuse steps that nothing leads to and circles without a wait in them."""
    reached = _reached(program)
    for step_id in program.steps:
        if step_id not in reached:
            problems.error(paths[step_id], f'nobody reaches the step "{step_id}"')
    for step_id in program.steps:
        if step_id in reached and _turns_in_no_time(program, step_id):
            problems.error(
                paths[step_id], f'from "{step_id}" back to itself there is no wait; put one into the circle'
            )
            return


def ways(step: Step) -> tuple[str, ...]:
    """Return the steps that may follow this one."""
    straight = step.action.falls_through or step.when is not None
    return (*step.action.targets, step.next) if straight else step.action.targets


def _reached(program: Program) -> set[str]:
    found: set[str] = set()
    open_ends = [program.first]
    while open_ends:
        step = program.steps.get(open_ends.pop())
        if step is not None and step.id not in found:
            found.add(step.id)
            open_ends.extend(ways(step))
    return found


def _turns_in_no_time(program: Program, start: str) -> bool:
    """Return whether a way leads from a step back to it without passing one that takes time."""
    if _takes_time(program.steps[start]):
        return False
    seen: set[str] = set()
    open_ends = list(ways(program.steps[start]))
    while open_ends:
        step = program.steps.get(open_ends.pop())
        if step is None or step.id in seen:
            continue
        if step.id == start:
            return True
        seen.add(step.id)
        if not _takes_time(step):
            open_ends.extend(ways(step))
    return False


def _takes_time(step: Step) -> bool:
    # A step that may be passed over may take no time at all.
    return step.action.takes_time and step.when is None
