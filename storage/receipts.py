"""What the platforms report later about messages they took."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, update

from bot.domain import storable
from bot.domain.effects import Receipt
from storage.tables import table
from storage.tables.delivery import OutboxRow
from storage.tables.groups import GroupPostRow

OUTBOX = table(OutboxRow)
POST = table(GroupPostRow)
DELIVERED = "delivered"


def record(connection: Connection, receipts: Sequence[Receipt]) -> None:
    """Note on the message what became of it: ``delivered`` or the platform's words."""
    known = [
        {
            "of_message": one.platform_id,
            "words": DELIVERED if one.delivered else storable.text(one.detail or "failed", 256),
        }
        for one in receipts
        if one.platform_id
    ]
    for into, column in ((OUTBOX, "receipt"), (POST, "reason")) if known else ():
        mine = into.c.platform_id == bindparam("of_message")
        connection.execute(update(into).where(mine).values({column: bindparam("words")}), known)
