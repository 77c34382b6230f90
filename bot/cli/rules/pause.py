"""rules pause: nobody enters a rule or moves in it, and what it queued is held."""

from bot.cli.desk import actor, opened
from bot.cli.options import DEFAULT, ConfigPath, Json, present
from bot.cli.rules._names import RuleName, switch_of
from bot.cli.words import say
from storage import outbox

NAME = "pause"


def command(name: RuleName, config: ConfigPath = DEFAULT, json: Json = False) -> None:
    """暂停一条规则或活动，立即生效 / pause a rule or campaign, at once."""
    with opened(config) as desk:
        switch = switch_of(desk, name)
        desk.write("rules.pause", name, lambda c: outbox.pause_program(c, switch, actor(), desk.now))
        present({"name": name, "paused": True}, [say("rule_paused", name=name)], as_json=json)
