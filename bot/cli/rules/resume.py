"""rules resume: a paused rule goes on where it stood."""

from bot.cli.desk import opened
from bot.cli.options import DEFAULT, ConfigPath, Json, present
from bot.cli.rules._names import RuleName, switch_of
from bot.cli.words import say
from bot.domain.delivery.reasons import Reason
from storage import outbox, switches
from storage.database import Connection

NAME = "resume"


def command(name: RuleName, config: ConfigPath = DEFAULT, json: Json = False) -> None:
    """恢复一条规则或活动 / resume a rule or campaign."""
    with opened(config) as desk:
        switch = switch_of(desk, name)
        rule = name if switch.startswith(switches.RULE) else ""

        def lift(c: Connection) -> bool:
            was_on = switches.turn_off(c, switch)
            campaign = "" if rule else name
            outbox.wake_held(c, Reason.PROGRAM_PAUSED, desk.now, rule=rule, campaign=campaign)
            return was_on

        lifted = desk.write("rules.resume", name, lift)
        line = say("rule_resumed" if lifted else "rule_not_paused", name=name)
        present({"name": name, "paused": False, "was_paused": lifted}, [line], as_json=json)
