"""结案: a hand-off is done; what was held back for the member's sake is held no longer."""

from bot.domain.commanding.acts import CloseCase, Done
from bot.domain.commanding.command import Asked, Command, Level, Order, Outcome, wrong
from bot.domain.commanding.saying import Said, say
from handlers.commands._people import numbers


def run(asked: Asked) -> Outcome:
    """Close the hand-off of this code."""
    if len(asked.line.words) != 1:
        raise wrong("case_which", "close")
    code = asked.line.words[0]
    return Order(CloseCase(code), lambda done: _told(done, code), code)


def _told(done: Done, code: str) -> Said:
    closed = say(done.result, code=code, who=numbers(done), said=done.said or "—")
    return closed + say("case_lifted") if done.count else closed


COMMAND = Command("结案", "close", Level.LOCAL, "tag", run)
