"""Firings of the timetable: one row each, and whoever inserts it does the work, once."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from storage.dialect import insert_for
from storage.tables import table
from storage.tables.lifecycle import FiringRow

FIRING = table(FiringRow)


def claim(connection: Connection, job: str, nominal: datetime, now: datetime, note: str = "") -> bool:
    """Return whether this firing is ours to do; False when somebody has claimed it already.

    Commit the claim together with the work, so that a crash gives it back.
    """
    statement = (
        insert_for(connection, FIRING)
        .values(job=job, nominal=nominal, at=now, done_at=now, note=note)
        .on_conflict_do_nothing(index_elements=["job", "nominal"])
        .returning(FIRING.c.job)
    )
    return connection.execute(statement).first() is not None


def note(connection: Connection, job: str, nominal: datetime, text: str) -> None:
    """Say what came of a firing."""
    c = FIRING.c
    connection.execute(FIRING.update().where(c.job == job, c.nominal == nominal).values(note=text))


def high_water(connection: Connection, job: str) -> datetime | None:
    """Return the latest nominal time this job was claimed for, None when never."""
    latest = func.max(FIRING.c.nominal, type_=FIRING.c.nominal.type)
    return connection.execute(select(latest).where(FIRING.c.job == job)).scalar()
