"""恢复: everything sends again, or one rule or campaign; shown first, then confirmed."""

from bot.domain import programs
from bot.domain.commanding.command import Asked, Command, Level, Order, Outcome, wrong
from bot.domain.commanding.plans import RELEASE, Plan, Propose
from bot.domain.conditions import Always
from handlers.commands._plans import told

EVERYTHING = "paused"


def run(asked: Asked) -> Outcome:
    """Show what would go on."""
    plan = Plan(RELEASE, _switch(asked, asked.line.rest), asked.line.rest, Always())
    return Order(Propose(plan, asked.house.limits), lambda done: told(done, asked), plan.name)


def _switch(asked: Asked, name: str) -> str:
    if not name:
        return EVERYTHING
    if name in asked.house.rules:
        return programs.of_rule(name)
    if name in asked.house.campaigns:
        return programs.of_campaign(name)
    known = "、".join([*asked.house.rules, *asked.house.campaigns])
    raise wrong("no_program", "resume", name=name, known=known)


COMMAND = Command("恢复", "resume", Level.OUTWARD, "send", run, ("继续",))
