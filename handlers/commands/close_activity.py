"""关: nobody can join an activity any more; what was given stays given, and groups begun may be filled."""

from bot.domain.activities import GroupBuy
from bot.domain.activities.opening import CLOSED
from bot.domain.activities.terms import Activity
from bot.domain.commanding.acts import Done
from bot.domain.commanding.command import Asked, Command, Level, Order, Outcome
from bot.domain.commanding.playing import SwitchActivity
from bot.domain.commanding.saying import Said, say
from handlers.commands._play import activity_of


def run(asked: Asked) -> Outcome:
    """Close an activity at once."""
    one = activity_of(asked, "close_activity")
    return Order(SwitchActivity(one.name, CLOSED), lambda done: _told(done, one), one.name)


def _told(done: Done, one: Activity) -> Said:
    if done.result == "same":
        return say("activity_same", name=one.name)
    return say("activity_closed_group_buy" if isinstance(one, GroupBuy) else "activity_closed", name=one.name)


COMMAND = Command("关", "close_activity", Level.LOCAL, "send", run, ("关活动",))
