"""One database, opened once: a transaction is one function run in a worker thread.

`await database.write(fn)` runs ``fn(connection)`` in one transaction and commits before it returns.
The whole unit of work stays in one thread, so it costs one hop instead of one per statement, and a
cancelled caller never leaves a transaction half done. SQLite has one writer; PostgreSQL a few.
"""

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.pool import QueuePool

from bot.domain.errors import StorageUnavailable
from storage.privacy import Keyring

__all__ = ["Connection", "Database", "driver_url"]

Result = TypeVar("Result")
WRITERS = 4
READERS = 4
BUSY_TIMEOUT_MS = 5000
WAL_TRIES = 100
ATTEMPTS = 4
# https://www.postgresql.org/docs/15/errcodes-appendix.html: serialization_failure, deadlock_detected
DEADLOCK_STATES = frozenset({"40001", "40P01"})


class Database:
    """A pool of connections and the threads that use them; open with `Database.open`."""

    def __init__(self, engine: Engine, writers: int) -> None:
        """Hold the engine; `writers` is how many transactions may run at once."""
        self.engine = engine
        self._writers = ThreadPoolExecutor(writers, thread_name_prefix="writer")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        # How often the database was gone, full or locked; the watch raises an alert when this grows.
        self.failures = 0
        # Whether the last transaction was refused; a full disk can still be read.
        self.refusing = False

    @classmethod
    def open(cls, url: str, keyring: Keyring | None = None) -> Self:
        """Open the database named by a configuration URL; an async driver in it means the same server.

        `keyring` protects phones and makes tombstones; `storage.privacy.ring_of` finds it again on
        every connection, and without one whatever needs it raises `storage.privacy.NoKeys`.
        """
        sync_url = driver_url(url)
        sqlite = sync_url.get_backend_name() == "sqlite"
        pool = WRITERS + READERS
        engine = create_engine(
            sync_url,
            json_serializer=lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")),
            poolclass=QueuePool,
            pool_size=pool,
            max_overflow=0,
            pool_pre_ping=not sqlite,
            execution_options={"keyring": keyring},
            **(
                {"connect_args": {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}}
                if sqlite
                else {}
            ),
        )
        if sqlite:
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        return cls(engine, 1 if sqlite else WRITERS)

    @property
    def dialect(self) -> str:
        """Return ``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    async def write(self, work: Callable[[Connection], Result]) -> Result:
        """Run `work` in one transaction and return its result after the commit.

        Raises StorageUnavailable when the database is gone, full or locked for too long. A transaction
        that PostgreSQL ends because of a deadlock is run again, so `work` must not have other effects.
        """
        return await asyncio.get_running_loop().run_in_executor(self._writers, self._transact, work)

    async def read(self, work: Callable[[Connection], Result]) -> Result:
        """Run `work` on a connection of its own that is rolled back afterwards."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._look, work)

    def transact(self, work: Callable[[Connection], Result]) -> Result:
        """Do what `write` does in the calling thread; for the command line and tests."""
        return self._transact(work)

    def _transact(self, work: Callable[[Connection], Result]) -> Result:
        for _ in range(ATTEMPTS - 1):
            try:
                return self._once(work)
            except StorageUnavailable as error:
                if not _collided(error):
                    raise
        return self._once(work)

    def _once(self, work: Callable[[Connection], Result]) -> Result:
        try:
            with self.engine.begin() as connection:
                found = work(connection)
        except (OperationalError, InterfaceError) as error:
            self._note_failure()
            raise StorageUnavailable(str(error.orig)) from error
        except DBAPIError as error:
            if error.connection_invalidated:
                self._note_failure()
                raise StorageUnavailable(str(error.orig)) from error
            raise
        self.refusing = False
        return found

    def _note_failure(self) -> None:
        self.failures += 1
        self.refusing = True

    def _look(self, work: Callable[[Connection], Result]) -> Result:
        try:
            with self.engine.connect().execution_options(read_only=True) as connection:
                return work(connection)
        except (OperationalError, InterfaceError) as error:
            self.failures += 1
            raise StorageUnavailable(str(error.orig)) from error

    def close(self) -> None:
        """Finish what runs and close every connection."""
        self._writers.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self.engine.dispose()

    def __enter__(self) -> Self:
        """Return the open database."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


def _collided(error: StorageUnavailable) -> bool:
    """Tell whether the transaction only lost to another one, so that it may run again."""
    cause = error.__cause__
    state = getattr(cause.orig, "sqlstate", None) if isinstance(cause, DBAPIError) else None
    return state in DEADLOCK_STATES


def driver_url(url: str) -> URL:
    """Return the URL with the driver we use: pysqlite or psycopg."""
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    return parsed.set(drivername="sqlite+pysqlite" if backend == "sqlite" else "postgresql+psycopg")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    _use_log(connection)
    for pragma in (
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",  # what is forgotten is overwritten, not only unlinked
        # The hot pages of a busy hour are written back once, not every few groups of callbacks.
        "wal_autocheckpoint=4000",
        "cache_size=-16384",
        "mmap_size=268435456",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _use_log(connection: Any) -> None:
    """Switch the file to its write-ahead log, once: SQLite does not wait for others' locks in doing so."""
    for _ in range(WAL_TRIES):
        try:
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            time.sleep(BUSY_TIMEOUT_MS / 1000 / WAL_TRIES)  # noqa: TID251  in a thread of our own, as SQLite itself would
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later must own the write lock from the start, or a
    # second process makes it fail at once with SQLITE_BUSY instead of waiting.
    writing = connection.get_execution_options().get("read_only") is not True
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
