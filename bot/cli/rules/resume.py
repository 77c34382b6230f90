"""rules resume: a paused rule goes on where it stood."""

from bot.cli.desk import opened
from bot.cli.options import DEFAULT, ConfigPath, Json, present
from bot.cli.rules._names import RuleName, switch_of
from bot.cli.words import say
from storage import outbox

NAME = "resume"


def command(name: RuleName, config: ConfigPath = DEFAULT, json: Json = False) -> None:
    """恢复一条规则或活动 / resume a rule or campaign."""
    with opened(config) as desk:
        switch = switch_of(desk, name)
        lifted = desk.write("rules.resume", name, lambda c: outbox.resume_program(c, switch, desk.now))
        line = say("rule_resumed" if lifted else "rule_not_paused", name=name)
        present({"name": name, "paused": False, "was_paused": lifted}, [line], as_json=json)
