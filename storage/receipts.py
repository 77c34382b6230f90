"""What the platforms report later about messages they took."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, update

from bot.domain import storable
from bot.domain.effects import Receipt
from storage.tables import table
from storage.tables.delivery import OutboxRow

OUTBOX = table(OutboxRow)
DELIVERED = "delivered"


def record(connection: Connection, receipts: Sequence[Receipt]) -> None:
    """Note on the message what became of it: ``delivered`` or the platform's words."""
    known = [one for one in receipts if one.platform_id]
    if known:
        connection.execute(
            update(OUTBOX)
            .where(OUTBOX.c.platform_id == bindparam("of_message"))
            .values(receipt=bindparam("words")),
            [
                {
                    "of_message": one.platform_id,
                    "words": DELIVERED if one.delivered else storable.text(one.detail or "failed", 256),
                }
                for one in known
            ],
        )
