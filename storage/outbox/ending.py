"""What follows when rows of the outbox become final."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, update

from storage.dialect import listed, within
from storage.tables import table
from storage.tables.lifecycle import EnrollmentRow

ENROLLMENT = table(EnrollmentRow)


def wake_runs(c: Connection, keys: Sequence[str], now: datetime) -> None:
    """Make due now the runs that wait for these messages; a final row ends its step."""
    if not keys:
        return
    c.execute(
        update(ENROLLMENT)
        .where(within(c, ENROLLMENT.c.waiting_for, "keys"), ENROLLMENT.c.state == "active")
        .values(due_at=bindparam("due")),
        {"keys": listed(c, keys), "due": now},
    )
