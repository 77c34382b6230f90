"""接手: a member who needs a person is mine."""

from bot.domain.commanding.acts import Done, TakeCase
from bot.domain.commanding.command import Asked, Command, Level, Order, Outcome, wrong
from bot.domain.commanding.saying import Said, say
from handlers.commands._people import numbers


def run(asked: Asked) -> Outcome:
    """Take the hand-off of this code."""
    if len(asked.line.words) != 1:
        raise wrong("case_which", "take")
    code = asked.line.words[0]
    return Order(TakeCase(code), lambda done: _told(done, code), code)


def _told(done: Done, code: str) -> Said:
    return say(done.result, code=code, who=numbers(done), said=done.said or "—")


COMMAND = Command("接手", "take", Level.LOCAL, "tag", run)
