"""取消: drop what was shown and not confirmed."""

from bot.domain.commanding.command import Asked, Command, Level, Order, Outcome
from bot.domain.commanding.plans import Cancel
from handlers.commands._plans import told


def run(asked: Asked) -> Outcome:
    """Drop a plan, or the newest of one's own."""
    code = asked.line.words[0] if asked.line.words else ""
    return Order(Cancel(code), lambda done: told(done, asked), code.upper())


COMMAND = Command("取消", "cancel", Level.LOCAL, "read", run)
