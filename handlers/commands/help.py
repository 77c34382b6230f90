"""帮助: what I may run, and how one command is written."""

from bot.domain.commanding.command import Asked, Command, Level, Outcome, wrong
from bot.domain.commanding.saying import Said, lines, say

NAMES = {level: f"level_{level.name.lower()}" for level in Level}


def run(asked: Asked) -> Outcome:
    """Return the commands somebody may run by level, or how one of them is written."""
    if asked.line.words:
        return _one(asked, asked.line.words[0].lstrip("/#"))
    shelves = []
    for level in Level:
        mine = [
            one for one in asked.commands if one.level is level and one.permission in asked.by.permissions
        ]
        if mine:
            named = " ".join(one.name for one in mine)
            shelves.append(say("help_shelf", level=say(NAMES[level]), names=named))
    return say("help_head", name=asked.by.signed) + lines(shelves) + say("help_more")


def _one(asked: Asked, name: str) -> Said:
    for command in asked.commands:
        if name.casefold() in command.names:
            return (
                say("help_one", command=command.name, does=say(f"does_{command.alias}"))
                + say("copy", line=say(f"use_{command.alias}"))
                + say("help_aliases", names="、".join(command.names[1:]))
            )
    raise wrong("help_unknown", "help", name=name)


COMMAND = Command("帮助", "help", Level.READ, "read", run, ("?", "菜单"))
