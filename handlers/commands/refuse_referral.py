"""拒绝: a referral that was held never counts."""

from bot.domain.commanding.acts import Done
from bot.domain.commanding.command import Asked, Command, Level, Order, Outcome
from bot.domain.commanding.playing import SettleReferral
from bot.domain.commanding.saying import Said, say
from handlers.commands._people import unclear


def run(asked: Asked) -> Outcome:
    """Settle the newcomer that the line names."""
    name = asked.line.rest
    return Order(SettleReferral(name, good=False), lambda done: _told(done, name), name)


def _told(done: Done, name: str) -> Said:
    nobody = unclear(done)
    if nobody is not None:
        return nobody
    return say("referral_refused" if done.result == "settled" else "referral_not_held", who=name)


COMMAND = Command("拒绝", "refuse", Level.LOCAL, "approve", run)
