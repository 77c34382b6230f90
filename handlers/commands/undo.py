"""撤销: take back what was done, as far as it can be, and say what cannot."""

from bot.domain.commanding.acts import Undo
from bot.domain.commanding.command import Asked, Command, Level, Order, Outcome
from handlers.commands._plans import told


def run(asked: Asked) -> Outcome:
    """Take back what a code stands for, or one's newest act."""
    code = asked.line.words[0] if asked.line.words else ""
    return Order(Undo(code), lambda done: told(done, asked), code.upper())


COMMAND = Command("撤销", "undo", Level.LOCAL, "read", run)
