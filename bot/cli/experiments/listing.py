"""experiments list: what may honestly be said of every experiment and control group by now."""

from typing import Annotated

import typer

from bot import speaking
from bot.cli.desk import opened
from bot.cli.documents import plain
from bot.cli.options import DEFAULT, ConfigPath, Json, fail, present
from bot.cli.words import CATALOGUE, language, say
from bot.config import rulebook
from bot.domain.experiments.trials import told, told_of, tried
from handlers.commands._trials import worded
from storage import campaign_trials, trials

NAME = "list"
RuleOf = Annotated[str, typer.Option("--rule", help="只看这条规则 / this rule only")]


def command(rule: RuleOf = "", config: ConfigPath = DEFAULT, json: Json = False) -> None:
    """实验与对照组的结果，能不能下结论 / how experiments and control groups stand."""
    with opened(config) as desk:
        rules = rulebook(desk.config).rules
        pushes = {name: one for name, one in desk.config.campaigns.items() if one.division is not None}
        if rule and rule not in rules and rule not in pushes:
            fail(say("no_such_rule", name=rule))
        chosen = [one for name, one in rules.items() if tried(one) and rule in {"", name}]
        now = desk.now
        found = [
            told(rules[one.rule], one, now) for one in desk.read(lambda c: trials.counted(c, chosen, now))
        ]
        asked = [one for name, one in pushes.items() if rule in {"", name}]
        found += [
            told_of(pushes[one.rule], one, now)
            for one in desk.read(lambda c: campaign_trials.counted(c, asked, now))
        ]
        speaker = speaking.Speaker(speaking.read(CATALOGUE.parents[1]), language())
        lines = [speaker.whole(worded(one)) for one in found] or [say("no_trials")]
        present([plain(one) for one in found], lines, as_json=json)
