"""暂停: one rule or campaign stops at once; asks nothing."""

from bot.domain import programs
from bot.domain.commanding.acts import Brake, Done
from bot.domain.commanding.command import Asked, Command, Level, Order, Outcome, wrong
from bot.domain.commanding.saying import Said, say


def run(asked: Asked) -> Outcome:
    """Stop a rule or campaign."""
    name = asked.line.rest
    return Order(Brake(switch_of(asked, name), on=True), lambda done: _told(done, name), name)


def switch_of(asked: Asked, name: str) -> str:
    """Return the switch of a rule or campaign."""
    if name in asked.house.rules:
        return programs.of_rule(name)
    if name in asked.house.campaigns:
        return programs.of_campaign(name)
    known = "、".join([*asked.house.rules, *asked.house.campaigns])
    raise wrong("no_program", "pause", name=name or "—", known=known)


def _told(done: Done, name: str) -> Said:
    return say(
        "program_stopped_already" if done.result == "already_stopped" else "program_stopped", name=name
    )


COMMAND = Command("暂停", "pause", Level.LOCAL, "send", run)
