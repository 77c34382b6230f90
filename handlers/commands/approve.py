"""批准: a second person agrees to what somebody else was shown."""

from bot.domain.commanding.command import Asked, Command, Level, Order, Outcome, wrong
from bot.domain.commanding.plans import Approve
from handlers.commands._plans import told, versions


def run(asked: Asked) -> Outcome:
    """Agree to a plan of another operator."""
    if len(asked.line.words) != 1:
        raise wrong("confirm_how", "approve")
    act = Approve(asked.line.words[0], versions(asked), asked.house.limits)
    return Order(act, lambda done: told(done, asked), asked.line.words[0].upper())


COMMAND = Command("批准", "approve", Level.HEAVY, "approve", run)
