"""KOC: members whom others listen to, with what their index is made of."""

from bot.domain.commanding.command import Asked, Command, Level, Outcome, Query
from bot.domain.commanding.playing import AskKoc, KocPlace
from bot.domain.commanding.saying import Said, lines, say
from bot.domain.identity import number_of


def run(_asked: Asked) -> Outcome:
    """Ask for the first ten."""
    return Query(AskKoc(), _told)


def _told(found: tuple[KocPlace, ...]) -> Said:
    rows = (
        say(
            "koc_row",
            place=place,
            who=number_of(one.member_id),
            index=one.index,
            content=one.content,
            referral=one.referral,
            influence=one.influence,
        )
        for place, one in enumerate(found, start=1)
    )
    return say("koc_head" if found else "koc_nobody") + lines(rows)


COMMAND = Command("达人", "koc", Level.READ, "read", run, ("KOC榜",))
