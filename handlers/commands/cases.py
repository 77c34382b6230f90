"""待办: members who need a person, the most urgent first."""

from bot.domain.commanding.asks import AskCases, Case
from bot.domain.commanding.command import Asked, Command, Level, Outcome, Query
from bot.domain.commanding.saying import Said, lines, say
from bot.domain.identity import number_of
from handlers.commands._people import minute

SHOWN = 10


def run(asked: Asked) -> Outcome:
    """Ask for the hand-offs that are not closed."""

    def answer(found: list[Case]) -> Said:
        return _told(found, asked)

    return Query(AskCases(), answer)


def _told(found: list[Case], asked: Asked) -> Said:
    if not found:
        return say("cases_none")
    zone = asked.house.zone
    rows = (
        say(
            "cases_late" if one.due_at is not None and one.due_at < asked.now else "cases_row",
            code=one.short,
            number=number_of(one.member_id),
            queue=one.queue,
            at=minute(one.at, zone),
            said=one.said or "—",
            taken=one.taken_by or "—",
        )
        for one in found[:SHOWN]
    )
    return say("cases_head", count=len(found)) + lines(rows) + say("cases_more")


COMMAND = Command("待办", "cases", Level.READ, "read", run, ("队列",))
