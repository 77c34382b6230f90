"""日程: what will leave in the coming days: campaigns of the configuration, and what operators confirmed."""

from datetime import timedelta

from bot.domain.commanding.asks import AskPlans, Planned
from bot.domain.commanding.command import Asked, Command, Level, Outcome, Query, wrong
from bot.domain.commanding.saying import Said, lines, say

DAYS = {"": 7, "本周": 7, "今天": 1, "明天": 2, "本月": 31, "week": 7, "month": 31}
SHOWN = 20


def run(asked: Asked) -> Outcome:
    """Ask for what is planned."""
    days = DAYS.get(asked.line.rest)
    if days is None:
        raise wrong("calendar_how", "calendar", known="、".join(name for name in DAYS if name))
    until = asked.now + timedelta(days=days)

    def answer(found: list[Planned]) -> Said:
        return _told(found, asked, days)

    return Query(AskPlans(until), answer)


def _told(found: list[Planned], asked: Asked, days: int) -> Said:
    rows = [
        (one.at, say("calendar_plan", code=one.code, name=one.name, size=one.size, by=one.by))
        for one in found
    ]
    until = asked.now + timedelta(days=days)
    rows += [(at, say("calendar_campaign", name=name)) for at, name in asked.house.upcoming(asked.now, until)]
    if not rows:
        return say("calendar_empty", days=days)
    rows.sort(key=lambda row: row[0])
    each = (say("calendar_row", at=asked.house.echo(at), what=what) for at, what in rows[:SHOWN])
    return say("calendar_head", days=days) + lines(each)


COMMAND = Command("日程", "calendar", Level.READ, "read", run, ("日历",))
