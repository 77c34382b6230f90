"""规则: the rules with who runs through them, or how one stands."""

from bot.domain import programs
from bot.domain.commanding.asks import AskPrograms, Programs
from bot.domain.commanding.command import Asked, Command, Level, Outcome, Query, wrong
from bot.domain.commanding.saying import Said, lines, say


def run(asked: Asked) -> Outcome:
    """Ask how rules stand."""
    name = asked.line.rest
    if name and name not in asked.house.rules:
        raise wrong("no_program", "rules", name=name, known="、".join(asked.house.rules) or "—")

    def answer(found: Programs) -> Said:
        return _one(found, name, asked) if name else _all(found, asked)

    return Query(AskPrograms(name), answer)


def _all(found: Programs, asked: Asked) -> Said:
    rows = (_row(name, status, found) for name, status in asked.house.rules.items())
    return say("rules_head", count=len(asked.house.rules)) + lines(rows)


def _row(name: str, status: str, found: Programs) -> Said:
    stands = "stands_paused" if programs.of_rule(name) in found.paused else f"stands_{status}"
    return say("rule_row", name=name, stands=say(stands), running=found.running.get(name, 0))


def _one(found: Programs, name: str, asked: Asked) -> Said:
    counted = lines(
        say("program_state", state=say(f"state:{state}"), count=count)
        for state, count in sorted(found.states.items())
    )
    return _row(name, asked.house.rules[name], found) + counted


COMMAND = Command("规则", "rules", Level.READ, "read", run)
