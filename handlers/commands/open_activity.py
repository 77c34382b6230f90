"""开: an activity can be joined from now on, before its time too."""

from bot.domain.activities.opening import OPEN, OVER, shut
from bot.domain.commanding.acts import Done
from bot.domain.commanding.command import Asked, Command, Level, Order, Outcome, wrong
from bot.domain.commanding.playing import SwitchActivity
from bot.domain.commanding.saying import Said, say
from handlers.commands._play import activity_of


def run(asked: Asked) -> Outcome:
    """Open an activity; what is over stays over, as its terms said."""
    one = activity_of(asked, "open")
    if shut(one, {one.name: OPEN}, asked.now) == OVER:
        raise wrong("activity_is_over", "open", name=one.name)
    return Order(SwitchActivity(one.name, OPEN), lambda done: _told(done, one.name), one.name)


def _told(done: Done, name: str) -> Said:
    return say("activity_same" if done.result == "same" else "activity_opened", name=name)


COMMAND = Command("开", "open", Level.LOCAL, "send", run, ("开活动",))
