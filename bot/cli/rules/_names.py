"""Names of rules and campaigns on the command line."""

from typing import Annotated

import typer

from bot.cli.desk import Desk
from bot.cli.options import fail
from bot.cli.words import say
from bot.config.problems import did_you_mean
from bot.domain import programs

RuleName = Annotated[str, typer.Argument(metavar="NAME", help="规则或活动名 / a rule or campaign")]


def switch_of(desk: Desk, name: str) -> str:
    """Return the switch that pauses it, or leave with the nearest name there is."""
    if name in desk.config.rules:
        return programs.of_rule(name)
    if name in desk.config.campaigns:
        return programs.of_campaign(name)
    known = [*desk.config.rules, *desk.config.campaigns]
    return fail(say("no_such_rule", name=name) + did_you_mean(name, known))
