"""急停: nothing leaves any more, by any route; asks nothing."""

from bot.domain.commanding.acts import Brake, Done
from bot.domain.commanding.command import Asked, Command, Level, Order, Outcome
from bot.domain.commanding.saying import Said, say

EVERYTHING = "paused"


def run(_asked: Asked) -> Outcome:
    """Stop everything."""
    return Order(Brake(EVERYTHING, on=True), _told, EVERYTHING)


def _told(done: Done) -> Said:
    return say("panic_already" if done.result == "already_stopped" else "panic_done")


COMMAND = Command("急停", "panic", Level.LOCAL, "send", run, ("全停",))
