"""What follows when rows of the outbox become final."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, literal_column, update

from storage.dialect import listed, unindexed, within
from storage.reading import stamped
from storage.tables import table
from storage.tables.lifecycle import EnrollmentRow
from storage.writing import Change

ENROLLMENT = table(EnrollmentRow)


def wake_runs(c: Connection, keys: Sequence[str], now: datetime) -> None:
    """Make due now the runs that wait for these messages; a final row ends its step.

    What `storage.enrollments.wake` does, in the form the claim can afford for every chunk.
    """
    if keys:
        _WAKE.run(c, keys=listed(c, keys), due=stamped(c, now))


_WAKE = Change(
    lambda c: (
        update(ENROLLMENT)
        # By the index over what is waited for, or SQLite reads every live run for each answer.
        .where(
            within(c, ENROLLMENT.c.waiting_for, "keys"),
            unindexed(c, ENROLLMENT.c.state) == literal_column("'active'"),
        )
        .values(due_at=bindparam("due"))
    )
)
