"""确认: do what was shown under a code; heard with or without a prefix."""

from bot.domain.commanding.command import Asked, Command, Level, Order, Outcome, wrong
from bot.domain.commanding.plans import Confirm
from handlers.commands._plans import told, versions


def run(asked: Asked) -> Outcome:
    """Confirm a plan; the number of people may follow the code."""
    words = asked.line.words
    if not 1 <= len(words) <= 2 or (len(words) == 2 and not _is_number(words[1])):
        raise wrong("confirm_how", "confirm")
    typed = int(words[1]) if len(words) == 2 else None
    act = Confirm(words[0], typed, versions(asked), asked.house.limits)
    return Order(act, lambda done: told(done, asked), words[0].upper())


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) < 10


COMMAND = Command("确认", "confirm", Level.OUTWARD, "read", run)
