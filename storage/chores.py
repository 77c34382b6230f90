"""How far long chores came, so that they go on after a stop: imports, follower syncs, uploads."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from storage.dialect import replacing, upsert
from storage.tables import table
from storage.tables.operations import ChoreRow

CHORE = table(ChoreRow)
RUNNING = "running"
FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a chore stands: `cursor` is what the next page is asked with."""

    cursor: str = ""
    done: int = 0
    total: int = 0
    state: str = RUNNING


def progress(connection: Connection, name: str) -> Progress:
    """Return how far the chore came; a chore that finished or never began starts at the beginning."""
    row = connection.execute(select(CHORE).where(CHORE.c.name == name)).one_or_none()
    if row is None or row.state == FINISHED:
        return Progress()
    return Progress(row.cursor, row.done, row.total, row.state)


def cursor(connection: Connection, name: str) -> str:
    """Return where the chore ended the last time, finished or not; empty when it never ran."""
    return str(connection.execute(select(CHORE.c.cursor).where(CHORE.c.name == name)).scalar() or "")


def keep(connection: Connection, name: str, progress: Progress, now: datetime) -> None:
    """Keep how far the chore came, in the transaction of the page itself."""
    row = {
        "name": name,
        "cursor": progress.cursor,
        "done": progress.done,
        "total": progress.total,
        "state": progress.state,
        "at": now,
    }
    upsert(connection, CHORE, [row], ["name"], replacing("cursor", "done", "total", "state", "at"))


def forget(connection: Connection, name: str) -> None:
    """Start the chore over the next time."""
    connection.execute(delete(CHORE).where(CHORE.c.name == name))
