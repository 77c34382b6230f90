"""核销: a coupon is used up at the counter, once."""

from bot.domain.commanding.acts import Done
from bot.domain.commanding.command import Asked, Command, Level, Order, Outcome, wrong
from bot.domain.commanding.playing import RedeemCode
from bot.domain.commanding.saying import Said, say


def run(asked: Asked) -> Outcome:
    """Use a code up for an order; without one, for this very line."""
    words = asked.line.rest.split()
    if not words:
        raise wrong("redeem_how", "redeem")
    code, order_id = words[0], words[1] if len(words) > 1 else asked.key
    return Order(RedeemCode(code, order_id), lambda done: _told(done, code), code)


def _told(done: Done, code: str) -> Said:
    known = {"redeemed", "again", "unknown"}
    result = done.result if done.result in known else "not_usable"
    return say(f"redeem_{result}", code=code, state=say(f"coupon_{done.said or 'expired'}"))


COMMAND = Command("核销", "redeem", Level.LOCAL, "send", run)
