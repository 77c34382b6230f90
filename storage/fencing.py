"""Opening a restored backup without sending anything twice or remembering anybody who was forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from bot.domain.events import Scalar
from bot.domain.lifecycle.enrollment import EnrollmentState
from bot.domain.outbox import OutboxState
from storage import audit, erasure, firings, switches
from storage.tables import table
from storage.tables.delivery import OutboxRow
from storage.tables.lifecycle import EnrollmentRow, FiringRow

OUTBOX = table(OutboxRow)
ENROLLMENT = table(EnrollmentRow)
FIRING = table(FiringRow)
RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Fenced:
    """What a restore found: members forgotten again, sends and runs whose outcome nobody knows."""

    forgotten: int
    doubtful_messages: int
    doubtful_runs: int


def fence(
    connection: Connection, buried: Sequence[tuple[str, datetime]], taken_at: datetime, now: datetime
) -> Fenced:
    """Fence the database, so that nothing is sent until `resume`, and settle what may have happened since.

    A message that was due between the backup and now may have been sent: it is *unknown*, for an
    operator to resolve. A run that was due may have sent: it ends. The timetable counts as done up to now.
    """
    switches.turn_on(connection, switches.FENCED, "restore", now, taken_at.isoformat())
    forgotten = erasure.reapply(connection, buried, now)
    outcome = Fenced(forgotten, _doubtful_messages(connection, now), _doubtful_runs(connection, now))
    for job in connection.execute(select(FIRING.c.job).distinct()).scalars().all():
        firings.claim(connection, job, now, now, RESTORED)
    details: dict[str, Scalar] = {"taken_at": taken_at.isoformat(), "forgotten": forgotten}
    audit.note(connection, audit.Entry("cli", "restore", "", details), now)
    return outcome


def _doubtful_messages(connection: Connection, now: datetime) -> int:
    due = OUTBOX.c.state.in_([OutboxState.QUEUED.value]) & (OUTBOX.c.due_at <= now)
    open_ended = OUTBOX.c.state.in_([OutboxState.WAITING.value, OutboxState.SENDING.value])
    return connection.execute(
        update(OUTBOX)
        .where(or_(due, open_ended))
        .values(state=OutboxState.UNKNOWN.value, reason=RESTORED, finished_at=now, owner="")
    ).rowcount


def _doubtful_runs(connection: Connection, now: datetime) -> int:
    return connection.execute(
        update(ENROLLMENT)
        .where(ENROLLMENT.c.state == EnrollmentState.ACTIVE.value, ENROLLMENT.c.due_at <= now)
        .values(
            state=EnrollmentState.EXITED.value, reason=RESTORED, ended_at=now, due_at=None, waiting_for=""
        )
    ).rowcount
