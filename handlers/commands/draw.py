"""开奖: what became of a lottery, with the proof that anybody can recompute."""

from bot.domain.activities import Lottery
from bot.domain.commanding.command import Asked, Command, Level, Outcome, Query, wrong
from bot.domain.commanding.playing import AskDraw, DrawFound
from bot.domain.commanding.saying import Said, lines, say
from bot.domain.identity import number_of
from handlers.commands._people import minute
from handlers.commands._play import activity_of


def run(asked: Asked) -> Outcome:
    """Ask for the result; a draw happens by itself at its time, and nobody can bring it forward."""
    one = activity_of(asked, "draw")
    if not isinstance(one, Lottery):
        raise wrong("no_lottery", "draw", name=one.name)

    def answer(found: DrawFound | None) -> Said:
        return _told(found, one, asked)

    return Query(AskDraw(one.name), answer)


def _told(found: DrawFound | None, one: Lottery, asked: Asked) -> Said:
    if found is None:
        return say("draw_not_begun", name=one.name, at=minute(one.opens, asked.house.zone))
    at = minute(one.draws_at or one.closes, asked.house.zone)
    head = say(f"draw_{found.state}", name=one.name, count=found.entries, at=at)
    proof = say("draw_proof", commitment=found.commitment, seed=found.revealed or "—")
    winners = lines(
        say("draw_winner", who=number_of(member_id), prize=prize) for member_id, prize in found.winners
    )
    return head + proof + winners


COMMAND = Command("开奖", "draw", Level.READ, "read", run)
