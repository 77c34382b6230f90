"""内容: what members were shown of the library, and what they opened."""

from bot.domain.commanding.command import Asked, Command, Level, Outcome, Query
from bot.domain.commanding.reading import AskRead, Read
from bot.domain.commanding.saying import Said, lines, say

SHOWN = 20


def run(_asked: Asked) -> Outcome:
    """Ask how each item was taken."""
    return Query(AskRead(), _told)


def _told(found: list[Read]) -> Said:
    if not found:
        return say("content_empty")
    return say("content_head") + lines(
        say("content_row", item=one.item, shown=one.shown, members=one.members, opened=one.opened)
        for one in found[:SHOWN]
    )


COMMAND = Command("内容", "content", Level.READ, "read", run)
