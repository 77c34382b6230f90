"""建群体: keep a circle under a name, for this and every later command."""

from bot.domain.commanding.acts import Done, SaveCircle
from bot.domain.commanding.circle import circle
from bot.domain.commanding.command import Asked, Command, Level, Order, Outcome, wrong
from bot.domain.commanding.saying import Said, say

LONGEST = 32
_SIGNS = frozenset("&|()=<>!-:")


def run(asked: Asked) -> Outcome:
    """Keep what stands after the sign of equality."""
    name, sign, text = asked.line.rest.partition("=")
    name, text = name.strip(), text.strip()
    if not name or not sign or not text:
        raise wrong("save_how", "save")
    if len(name) > LONGEST or _SIGNS.intersection(name) or " " in name:
        raise wrong("save_name", "save", most=LONGEST)
    if name in asked.house.segments:
        raise wrong("save_taken", "save", name=name)
    return Order(SaveCircle(name, text, circle(text, asked.names)), _told, name)


def _told(done: Done) -> Said:
    name, text = done.names
    return say("circle_saved", name=name, text=text, size=done.count)


COMMAND = Command("建群体", "save", Level.LOCAL, "tag", run)
