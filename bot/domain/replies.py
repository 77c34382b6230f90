"""One passive reply a callback: the order in which answers take precedence."""

from collections.abc import Sequence
from enum import IntEnum

from bot.domain.effects import Reply


class ReplyRank(IntEnum):
    """The order of answers, first wins; a rule's own send comes after them all."""

    COMMAND = 0
    CONSENT_WORD = 1
    CLAIM = 2
    ACTIVITY_WORD = 3
    FAQ = 4
    RULE = 5


def choose(replies: Sequence[Reply]) -> Reply | None:
    """Return the answer of the lowest rank, the earlier of equals; None when nobody answers."""
    return min(replies, key=lambda reply: reply.rank, default=None)
