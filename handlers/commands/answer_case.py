"""回复: write to the member of a hand-off, through the account they wrote to."""

from bot.domain.commanding.acts import AnswerCase, Done
from bot.domain.commanding.command import Asked, Command, Level, Order, Outcome, wrong
from bot.domain.commanding.saying import Said, say
from handlers.commands._people import numbers

LONGEST = 600


def run(asked: Asked) -> Outcome:
    """Write everything after the code."""
    if len(asked.line.words) < 2:
        raise wrong("case_answer_how", "answer")
    code, *words = asked.line.words
    text = " ".join(words)
    if len(text) > LONGEST:
        raise wrong("case_answer_long", "answer", most=LONGEST)
    via = tuple(route for routes in asked.house.replies.values() for route in routes)
    return Order(AnswerCase(code, text, via), lambda done: _told(done, code), code)


def _told(done: Done, code: str) -> Said:
    return say(done.result, code=code, who=numbers(done), said=done.said or "—")


COMMAND = Command("回复", "answer", Level.LOCAL, "tag", run)
