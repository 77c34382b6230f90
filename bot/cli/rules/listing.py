"""rules list: the rules and campaigns, who runs through them, and what is paused."""

from bot.cli.desk import opened
from bot.cli.options import DEFAULT, ConfigPath, Json, present
from bot.cli.words import say
from bot.domain import programs
from storage import enrollments, switches

NAME = "list"


def command(config: ConfigPath = DEFAULT, json: Json = False) -> None:
    """列出规则与活动、在途人数、是否暂停 / list rules and campaigns, runs and pauses."""
    with opened(config) as desk:
        on = desk.read(switches.all_on)
        running = desk.read(enrollments.running)
        rows: list[dict[str, object]] = [
            {
                "name": rule.name, "kind": "rule", "status": rule.status.value, "purpose": rule.purpose,
                "priority": rule.priority, "running": running.get(rule.name, 0),
                "paused": programs.of_rule(rule.name) in on,
            }
            for rule in desk.config.rules.values()
        ]  # fmt: skip
        rows += [
            {
                "name": each.name, "kind": "campaign", "status": each.status.value,
                "purpose": each.purpose, "priority": each.priority, "running": 0,
                "paused": programs.of_campaign(each.name) in on,
            }
            for each in desk.config.campaigns.values()
        ]  # fmt: skip
        lines = [
            f"{row['name']}  {row['status']}{'  ' + say('is_paused') if row['paused'] else ''}"
            f"  {row['purpose']}  {say('running', count=row['running'])}"
            for row in rows
        ]
        present(rows, lines, as_json=json)
