"""轨迹: what a member did and what was done, newest first."""

from bot.domain.commanding.command import Asked, Command, Level, Outcome, Query, wrong
from bot.domain.commanding.persons import AskWho, Profile
from bot.domain.commanding.saying import Said, lines, say
from bot.domain.identity import number_of
from handlers.commands._people import minute, several

SHOWN = 20


def run(asked: Asked) -> Outcome:
    """Ask who is meant, and show their history."""
    name = asked.line.rest
    if not name:
        raise wrong("who", "timeline")

    def answer(found: list[Profile]) -> Said:
        return _told(found[0], asked) if len(found) == 1 else several(name, found)

    return Query(AskWho(name, SHOWN), answer)


def _told(one: Profile, asked: Asked) -> Said:
    rows = (
        say(
            "timeline_row",
            at=minute(at, asked.house.zone),
            what=say(f"kind:{kind}"),
            about=_about(kind, about),
        )
        for at, kind, about in one.history
    )
    return say("timeline_head", number=number_of(one.member_id)) + lines(rows)


def _about(kind: str, about: str) -> Said:
    return say(f"stage:{about}") if kind == "stage.changed" else Said(plain=about)


COMMAND = Command("轨迹", "timeline", Level.READ, "read", run)
