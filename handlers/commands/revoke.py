"""作废: a coupon that is not used is taken back, with the reason."""

from bot.domain.commanding.acts import Done
from bot.domain.commanding.command import Asked, Command, Level, Order, Outcome, wrong
from bot.domain.commanding.playing import RevokeCode
from bot.domain.commanding.saying import Said, say


def run(asked: Asked) -> Outcome:
    """Take a code back."""
    code, _, cause = asked.line.rest.partition(" ")
    if not code or not cause.strip():
        raise wrong("revoke_how", "revoke")
    return Order(RevokeCode(code, cause.strip()), lambda done: _told(done, code), code)


def _told(done: Done, code: str) -> Said:
    result = done.result if done.result in {"revoked", "unknown"} else "not_usable"
    name = "redeem_unknown" if result == "unknown" else f"revoke_{result}"
    return say(name, code=code, state=say(f"coupon_{done.said or 'expired'}"))


COMMAND = Command("作废", "revoke", Level.LOCAL, "approve", run)
