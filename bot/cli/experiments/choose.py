"""experiments choose: new members of a rule get one arm from now on, or the arms as the file says again."""

from typing import Annotated

import typer

from bot.cli.desk import actor, opened
from bot.cli.options import DEFAULT, ConfigPath, Json, fail, present
from bot.cli.words import say
from bot.domain.experiments.arms import as_order
from bot.domain.experiments.choosing import choices
from storage import trials

NAME = "choose"
Rule = Annotated[str, typer.Argument(metavar="RULE", help="规则名 / the rule")]
Arm = Annotated[str, typer.Argument(metavar="[ARM]", help="组名；不写则恢复原比例 / arm; none: as written")]


def command(rule: Rule, arm: Arm = "", config: ConfigPath = DEFAULT, json: Json = False) -> None:
    """选定一组给之后的新会员 / name the arm that new members get."""
    with opened(config) as desk:
        known = choices(desk.config.rules, desk.config.campaigns)
        if rule not in known:
            fail(say("no_such_experiment", name=rule))
        chosen = known[rule]
        if arm and arm not in chosen.arms:
            fail(say("no_such_arm", name=arm, known="、".join(chosen.arms)))
        weights = as_order([(arm, 1.0)]) if arm else ""
        new = desk.read(lambda c: trials.order(c, chosen.whose, weights, actor(), desk.now))
        sentence = say("arm_chosen" if arm else "arms_as_written", rule=rule, arm=arm)
        present({"rule": rule, "arm": arm or None, "changed": new}, [sentence], as_json=json)
