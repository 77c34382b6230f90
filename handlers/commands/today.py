"""今日: what today brought, beside yesterday at this hour."""

from datetime import UTC, datetime, time, timedelta

from bot.domain.commanding.asks import AskToday, Today
from bot.domain.commanding.command import Asked, Command, Level, Outcome, Query
from bot.domain.commanding.saying import Drawing, Said, lines, say

DRAWN = 14
LINES = ("member.followed", "member.unfollowed", "member.message", "order.paid")
SHOWN = (
    "member.followed", "member.unfollowed", "active", "order.paid", "amount", "sent", "issued",
    "consent.withdrawn",
)  # fmt: skip


def run(asked: Asked) -> Outcome:
    """Ask for the counts since midnight."""
    zone = asked.house.zone
    local = asked.now.astimezone(zone)
    start = datetime.combine(local.date(), time(), zone)
    before = datetime.combine(local.date() - timedelta(days=1), time(), zone)
    day = f"{local:%m-%d %H:%M}"
    first = datetime.combine(local.date() - timedelta(days=DRAWN - 1), time(), zone)
    ask = AskToday(start.astimezone(UTC), before.astimezone(UTC), asked.now, first.astimezone(UTC), zone)

    def answer(found: Today) -> Said:
        rows = [_row(name, found) for name in SHOWN]
        if found.topics:
            told = "、".join(f"{topic} {count}" for topic, count in found.topics)
            rows.append(say("today_topics", topics=told))
        return say("today_head", day=day) + lines(rows)

    return Query(ask, answer, _drawn)


def _drawn(found: Today) -> Drawing:
    return Drawing(
        say("today_picture", days=len(found.days)),
        tuple(f"{day:%m-%d}" for day, _ in found.days),
        tuple(
            (say(f"line_{name}"), tuple(counts.get(name, 0) for _, counts in found.days)) for name in LINES
        ),
    )


def _row(name: str, found: Today) -> Said:
    now, then = found.now.get(name, 0), found.then.get(name, 0)
    return say(f"today_{name}", now=_shown(name, now), change=_change(name, now - then))


def _shown(name: str, count: int) -> str:
    return f"{count / 100:,.2f}" if name == "amount" else f"{count:,}"


def _change(name: str, more: int) -> str:
    if not more:
        return "="
    return f"{'↑' if more > 0 else '↓'}{_shown(name, abs(more))}"


COMMAND = Command("今日", "today", Level.READ, "read", run, ("今天",))
