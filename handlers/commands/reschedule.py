"""改期: another time for what was confirmed and has not begun."""

from bot.domain.commanding.command import Asked, Command, Level, Order, Outcome, wrong
from bot.domain.commanding.plans import Reschedule
from handlers.commands._plans import moment, parts, told


def run(asked: Asked) -> Outcome:
    """Move a plan to a time."""
    words, said = parts(asked)
    if not words:
        raise wrong("move_how", "move")
    start, _ = moment(asked, said.get("time", "") or " ".join(words[1:]))
    if start is None:
        raise wrong("move_how", "move")
    return Order(Reschedule(words[0], start), lambda done: told(done, asked), words[0].upper())


COMMAND = Command("改期", "move", Level.OUTWARD, "send", run)
