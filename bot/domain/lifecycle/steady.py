"""When one more event of a kind cannot change where a member stands.

Most events are a member saying something again. If they did the same a moment ago, every "did it
within …" that was true stays true and none turns earlier than planned, so stage, segments and the next
look need not be worked out anew. Counting conditions may change with every event, so a kind that some
condition counts is never steady.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.domain.conditions import Condition, Did, Overdue
from bot.domain.counting import kinds_of, presence
from bot.domain.explanation import clauses
from bot.domain.members import Member


def repeat_window(conditions: Iterable[Condition], kind: str) -> timedelta | None:
    """Return within what time a repeated event of `kind` changes no truth; None when it always may."""
    shortest = timedelta.max
    for condition in conditions:
        for leaf in clauses(condition):
            if isinstance(leaf, Overdue) and leaf.kind == kind:
                return None  # every time it is done the rhythm is another
            if not isinstance(leaf, Did) or kind not in kinds_of(leaf):
                continue
            if presence(leaf.count) is None:
                return None
            if leaf.within is not None:
                shortest = min(shortest, leaf.within)
    return shortest


def repeats(member: Member, window: timedelta | None, now: datetime) -> bool:
    """Return whether what the member just did repeats what they did within the window.

    False when a look is overdue: then time itself may have changed something.
    """
    if window is None or member.repeats_at is None:
        return False
    if member.review_at is not None and member.review_at <= now:
        return False
    return now - member.repeats_at < window
