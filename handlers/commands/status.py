"""状态: green, amber or red, and why."""

from bot.domain.commanding.asks import AskStatus, Status
from bot.domain.commanding.command import Asked, Command, Level, Outcome, Query
from bot.domain.commanding.saying import Said, lines, say

CRITICAL = "critical"


def run(asked: Asked) -> Outcome:
    """Ask how the house stands."""

    def answer(found: Status) -> Said:
        return _told(found, asked)

    return Query(AskStatus(), answer)


def _told(found: Status, asked: Asked) -> Said:
    red = "paused" in found.on or "fenced" in found.on
    red = red or any(severity == CRITICAL for severity, _ in found.alerts)
    light = "status_red" if red else "status_amber" if found.alerts or found.on else "status_green"
    parts = [say(light)]
    parts += [say("status_on", name=name) for name in sorted(found.on)]
    parts += [say("status_alert", name=name) for _, name in found.alerts]
    waiting = found.states.get("queued", 0) + found.states.get("waiting", 0)
    parts.append(say("status_queue", waiting=waiting, unknown=found.states.get("unknown", 0)))
    if found.next_at is not None:
        parts.append(say("status_next", at=f"{found.next_at.astimezone(asked.house.zone):%m-%d %H:%M}"))
    parts += [
        say("status_token", account=account, until=f"{until.astimezone(asked.house.zone):%H:%M}")
        for account, until in sorted(found.tokens.items())
    ]
    if found.cases:
        parts.append(say("status_cases", count=found.cases))
    return lines(parts)


COMMAND = Command("状态", "status", Level.READ, "read", run)
