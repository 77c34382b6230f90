"""Who let the company keep what they say in archived groups; of everybody else nothing is kept.

会话内容存档 hands out a customer's words only after they agreed, but they may take that back between the
reading and the handling: https://developer.work.weixin.qq.com/document/path/91782
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from bot.domain.events import ARCHIVE_AGREED, ARCHIVE_DISAGREED, InboundEvent
from bot.domain.identity import Identity
from storage.tables import table
from storage.tables.members import ConsentRow, IdentityRow

CONSENT = table(ConsentRow)
IDENTITY = table(IdentityRow)
ARCHIVE = "archive"


def refused(connection: Connection, events: Sequence[InboundEvent]) -> set[str]:
    """Return the keys of those events that may leave no trace, each judged as of its place in the order."""
    asked = {one.known_as for one in events if one.needs_agreement}
    if not asked:
        return set()
    agreed = _agreed(connection, asked)
    found: set[str] = set()
    for one in events:
        if one.kind == ARCHIVE_AGREED:
            agreed.add(one.known_as)
        elif one.kind == ARCHIVE_DISAGREED:
            agreed.discard(one.known_as)
        elif one.needs_agreement and one.known_as not in agreed:
            found.add(one.key)
    return found


def _agreed(connection: Connection, names: Iterable[Identity]) -> set[Identity]:
    statement = (
        select(IDENTITY.c.known_as)
        .join(CONSENT, CONSENT.c.member_id == IDENTITY.c.member_id)
        .where(IDENTITY.c.known_as.in_(sorted(names)), CONSENT.c.purpose == ARCHIVE, CONSENT.c.granted)
    )
    return set(connection.execute(statement).scalars())
