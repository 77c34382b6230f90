"""The word that makes an operator: few tries a member, then the code itself."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from bot.domain.effects import BindOperator
from bot.domain.events import BIND_TRIED
from storage import audit, operators
from storage.tables import table
from storage.tables.events import EventRow

EVENT = table(EventRow)
TRIES = 5
WITHIN = timedelta(minutes=10)
WRONG = "wrong"
THROTTLED = "throttled"


def bind(connection: Connection, wish: BindOperator, now: datetime) -> str | None:
    """Make an operator of the member; return None, or ``wrong`` or ``throttled``.

    The try itself is in the member's history already, so that tries which come together count.
    """
    tries = connection.execute(
        select(func.count()).where(
            EVENT.c.member_id == wish.member_id, EVENT.c.kind == BIND_TRIED, EVENT.c.at > now - WITHIN
        )
    ).scalar_one()
    if tries > TRIES:
        return THROTTLED
    role = operators.bind(connection, wish.code, wish.known_as, now, wish.name)
    if role is None:
        return WRONG
    audit.note(connection, audit.Entry("chat", "operator.bound", wish.known_as, {"role": role}), now)
    return None
