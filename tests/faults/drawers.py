"""A process that draws and dies before the commit: a worker, started by `test_killed_draws`."""

import os
import signal
import sys

from sqlalchemy import event

from storage import drawing
from storage.database import Connection, Database
from tests.integration.play.drawing import DAY, NOW, enter
from tests.integration.storage.conftest import ring


def run(url: str, what: str) -> None:
    """Do it all in one transaction, and be gone before it ends."""
    with Database.open(url, ring()) as database:
        if what == "tap":
            _die_in_commit(database)
            enter(database, "late", who=9)
        else:
            database.transact(_drawn)


def _drawn(c: Connection) -> None:
    assert drawing.end_due(c, NOW + 2 * DAY, 9) == 1
    os.kill(os.getpid(), signal.SIGKILL)


def _die_in_commit(database: Database) -> None:

    event.listen(database.engine, "commit", lambda _connection: os.kill(os.getpid(), signal.SIGKILL))


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2])
