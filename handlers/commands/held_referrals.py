"""待查邀请: newcomers whose coming looks like abuse, held until somebody looks."""

from bot.domain.commanding.command import Asked, Command, Level, Outcome, Query
from bot.domain.commanding.playing import AskHeld, HeldReferral
from bot.domain.commanding.saying import Said, lines, say
from bot.domain.identity import number_of
from handlers.commands._people import minute


def run(asked: Asked) -> Outcome:
    """Ask for what is held."""

    def answer(found: tuple[HeldReferral, ...]) -> Said:
        rows = (
            say(
                "held_row",
                who=number_of(one.member_id),
                by=number_of(one.inviter_id),
                at=minute(one.at, asked.house.zone),
                flags=one.flags,
            )
            for one in found
        )
        return say("held_head", count=len(found)) + lines(rows)

    return Query(AskHeld(), answer)


COMMAND = Command("待查邀请", "held", Level.READ, "read", run)
