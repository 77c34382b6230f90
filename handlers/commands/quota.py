"""额度: what the platform still allows."""

from datetime import UTC, datetime, time

from bot.domain.commanding.asks import AskQuota, Quota
from bot.domain.commanding.command import Asked, Command, Level, Outcome, Query
from bot.domain.commanding.saying import Said, lines, say
from handlers.commands._people import minute


def run(asked: Asked) -> Outcome:
    """Ask for open windows, grants and this month's mass sends."""
    zone = asked.house.zone
    first = datetime.combine(asked.now.astimezone(zone).date().replace(day=1), time(), zone)

    def answer(found: Quota) -> Said:
        return _told(found, asked)

    return Query(AskQuota(first.astimezone(UTC)), answer)


def _told(found: Quota, asked: Asked) -> Said:
    windows = lines(
        say("quota_window", route=say(f"route:{route}"), count=count)
        for route, count in sorted(found.windows.items())
    )
    grants = lines(say("quota_grant", name=name, count=count) for name, count in sorted(found.grants.items()))
    rests = lines(
        say("quota_rest", name=name, until=minute(until, asked.house.zone))
        for name, until in sorted(found.rests.items())
    )
    return say("quota_head") + windows + grants + say("quota_mass", count=found.mass) + rests


COMMAND = Command("额度", "quota", Level.READ, "read", run)
