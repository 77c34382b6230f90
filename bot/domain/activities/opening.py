"""Whether an activity can be joined now: by its own times, unless an operator opened or closed it."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.activities.terms import Activity

OPEN = "open"
CLOSED = "closed"
# Why not, as replies name it.
NOT_YET = "not_yet"
OVER = "over"
SHUT = "shut"


def shut(activity: Activity, switched: Mapping[str, str], now: datetime) -> str:
    """Return why nobody can join: ``not_yet``, ``over``, ``shut`` (by an operator), or empty.

    `switched` says of activities by name whether an operator opened or closed them; opening by hand brings
    the opening forward, but what is over stays over.
    """
    by_hand = switched.get(activity.name, "")
    if by_hand == CLOSED:
        return SHUT
    if activity.closes is not None and now >= activity.closes:
        return OVER
    if by_hand != OPEN and activity.opens is not None and now < activity.opens:
        return NOT_YET
    return ""
