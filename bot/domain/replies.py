"""One passive reply a callback: which of several answers is given."""

from collections.abc import Sequence

from bot.domain.effects import Reply


def choose(replies: Sequence[Reply]) -> Reply | None:
    """Return the answer of the lowest rank, the earlier of equals; None when nobody answers.

    Ranks are `bot.domain.handling.Rank`: command, consent word, claim, activity word, FAQ, rule.
    """
    return min(replies, key=lambda reply: reply.rank, default=None)
