"""Activities as operators name them."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.activities.opening import shut
from bot.domain.activities.terms import Activity
from bot.domain.commanding.command import Asked, wrong
from bot.domain.commanding.saying import Said, say
from handlers.commands._people import minute


def activity_of(asked: Asked, alias: str) -> Activity:
    """Return the activity the line names; raise Refused with those there are."""
    name = asked.line.rest
    found = {one.name: one for one in asked.house.activities}
    if name not in found:
        raise wrong("no_activity", alias, name=name or "—", known="、".join(found) or "—")
    return found[name]


def stands(one: Activity, switched: Mapping[str, str], asked: Asked) -> Said:
    """Return whether an activity is open, and until when or since when not."""
    why = shut(one, switched, asked.now)
    return say(
        "activity_row",
        name=one.name,
        kind=say(f"activity:{type(one).__name__}"),
        stands=say(f"activity_{why or 'open'}"),
        opens=_time(one.opens, asked),
        closes=_time(one.closes, asked),
    )


def _time(moment: datetime | None, asked: Asked) -> str:
    return minute(moment, asked.house.zone)
