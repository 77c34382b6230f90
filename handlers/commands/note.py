"""备注: what the next operator should know of a member."""

from bot.domain.commanding.acts import Done, NoteMember
from bot.domain.commanding.command import Asked, Command, Level, Order, Outcome, wrong
from bot.domain.commanding.saying import Said, say
from handlers.commands._people import numbers, unclear


def run(asked: Asked) -> Outcome:
    """Keep everything after the member's name."""
    if len(asked.line.words) < 2:
        raise wrong("note_how", "note")
    whom, *text = asked.line.words
    return Order(NoteMember(whom, " ".join(text)), _told, whom)


def _told(done: Done) -> Said:
    return unclear(done) or say("noted", who=numbers(done))


COMMAND = Command("备注", "note", Level.LOCAL, "tag", run)
