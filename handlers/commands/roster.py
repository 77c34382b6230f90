"""名单: who takes part in an activity."""

from bot.domain.commanding.command import Asked, Command, Level, Outcome, Query
from bot.domain.commanding.playing import AskRoster, Roster
from bot.domain.commanding.saying import Said, lines, say
from bot.domain.identity import number_of
from handlers.commands._people import minute
from handlers.commands._play import activity_of


def run(asked: Asked) -> Outcome:
    """Ask for those who take part, the newest first."""
    one = activity_of(asked, "roster")

    def answer(found: Roster) -> Said:
        return _told(found, one.name, asked)

    return Query(AskRoster(one), answer)


def _told(found: Roster, name: str, asked: Asked) -> Said:
    head = say("roster_head", name=name, count=found.total, shown=len(found.rows))
    return head + lines(
        say("roster_row", who=number_of(member_id), at=minute(at, asked.house.zone), word=word or "—")
        for member_id, at, word in found.rows
    )


COMMAND = Command("名单", "roster", Level.READ, "read", run)
