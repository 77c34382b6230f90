"""Whether `why` tells the truth: for every member and rule, what it replays is what happened."""

from collections.abc import Iterator
from datetime import datetime

from bot.demo.evidence import Promise
from bot.domain.lifecycle.rule import Rule
from bot.domain.lifecycle.rulebook import Rulebook
from bot.domain.why.entry import Fate
from bot.domain.why.life import Life
from bot.domain.why.story import Outcome, why
from storage import lives
from storage.database import Connection
from storage.snapshots import Wanted

SHOWN = 3


def explained(c: Connection, book: Rulebook, now: datetime, between: datetime) -> Promise:
    """Replay every member through every rule, up to now and up to a moment in between.

    Whose history was forgotten, in whole or in part, is left out: there is nothing to replay.
    """
    wanted = Wanted(book.moment_kinds, book.moment_window)
    wrong: list[str] = []
    looked_at = 0
    for member_id in lives.unbroken(c):
        life = lives.read(c, member_id, wanted, now)
        if life is None:
            continue
        for rule in book.rules.values():
            looked_at += 2
            wrong += [
                f"m{member_id} {rule.name}: {word}"
                for at in (now, between)
                for word in mistakes(book, rule, life, at)
            ]
    return Promise("explained", len(wrong), looked_at, tuple(wrong[:SHOWN]))


def mistakes(book: Rulebook, rule: Rule, life: Life, at: datetime) -> Iterator[str]:
    """Yield where the answer and what happened differ."""
    answer = why(book, rule, life, at)
    happened = sorted(run.key for run in life.runs if run.rule == rule.name and run.entered_at <= at)
    replayed = sorted(chance.key for chance in answer.chances if chance.fate is Fate.ENTERED)
    if happened != replayed:
        yield f"entered {happened}, replayed {replayed}"
    if any(chance.fate is Fate.LOST for chance in answer.chances):
        yield "an occasion without a run"
    if (answer.outcome is Outcome.NEVER_ENTERED) is not (not happened):
        yield f"is {answer.outcome}"
    if answer.outcome is Outcome.NEVER_ENTERED and answer.last is None:
        yield "no reason"
