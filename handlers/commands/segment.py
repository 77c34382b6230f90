"""人群: how many are in a circle, who for example, and how they can be reached now."""

from bot.domain.commanding.asks import AskCircle, Circle
from bot.domain.commanding.circle import circle
from bot.domain.commanding.command import Asked, Command, Level, Outcome, Query, wrong
from bot.domain.commanding.saying import Said, say
from bot.domain.identity import number_of


def run(asked: Asked) -> Outcome:
    """Ask for the people in a circle."""
    text = asked.line.rest
    if not text:
        raise wrong("circle_empty", "segment")
    tree = circle(text, asked.names)

    def answer(found: Circle) -> Said:
        return _told(found, text)

    return Query(AskCircle(tree), answer)


def _told(found: Circle, text: str) -> Said:
    examples = " ".join(number_of(member_id) for member_id in found.examples) or "—"
    return (
        say("circle_size", text=text, size=found.size)
        + say("circle_reach", following=found.following, consented=found.consented, open=found.open_now)
        + say("circle_examples", examples=examples)
    )


COMMAND = Command("人群", "segment", Level.READ, "read", run)
