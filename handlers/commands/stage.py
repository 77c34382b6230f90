"""阶段: where a member stands and since when; stages are the rules' to say, so nobody sets one by hand."""

from bot.domain.commanding.command import Asked, Command, Level, Outcome, Query, wrong
from bot.domain.commanding.persons import AskWho, Profile
from bot.domain.commanding.saying import Said, lines, listed, say
from bot.domain.identity import number_of
from handlers.commands._people import day, minute, several

CHANGED = "stage.changed"
LOOKED_AT = 200


def run(asked: Asked) -> Outcome:
    """Ask for a member's stage and how it came about."""
    if not asked.line.words:
        raise wrong("who", "stage")
    name, *more = asked.line.words
    if more:
        stages = listed((say(f"stage:{one}") for one in dict.fromkeys(asked.house.stages.values())), "、")
        raise wrong("stage_computed", "stage", known=stages)

    def answer(found: list[Profile]) -> Said:
        return _told(found[0], asked) if len(found) == 1 else several(name, found)

    return Query(AskWho(name, LOOKED_AT), answer)


def _told(one: Profile, asked: Asked) -> Said:
    zone = asked.house.zone
    rows = (
        say("timeline_row", at=minute(at, zone), what=say(f"stage:{about}"), about="")
        for at, kind, about in one.history
        if kind == CHANGED
    )
    stage = say(f"stage:{one.stage}") if one.stage else Said(plain="—")
    head = say("card_stage", stage=stage, since=day(one.stage_since, zone))
    return say("timeline_head", number=number_of(one.member_id)) + head + lines(rows)


COMMAND = Command("阶段", "stage", Level.READ, "read", run)
