"""One database, opened once: a transaction is one function run in a worker thread.

`await database.write(fn)` runs ``fn(connection)`` in one transaction and commits before it returns.
The whole unit of work stays in one thread, so it costs one hop instead of one per statement, and a
cancelled caller never leaves a transaction half done. SQLite has one writer; PostgreSQL a few.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Self, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from bot.domain.errors import StorageUnavailable
from storage.opening import driver_url, engine_of
from storage.privacy import Keyring

__all__ = ["Connection", "Database", "driver_url"]

Result = TypeVar("Result")
Begin = Callable[[], AbstractContextManager[Connection]]
WRITERS = 4
READERS = 4
# Of those that lock each other out one goes on, so whoever loses again and again has seen many others win.
ATTEMPTS = 10
# https://www.postgresql.org/docs/15/errcodes-appendix.html: serialization_failure, deadlock_detected
DEADLOCK_STATES = frozenset({"40001", "40P01"})


class Database:
    """A pool of connections and the threads that use them; open with `Database.open`."""

    def __init__(self, engine: Engine, writers: int) -> None:
        """Hold the engine; `writers` is how many transactions may run at once."""
        self.engine = engine
        self._writers = ThreadPoolExecutor(writers, thread_name_prefix="writer")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        # The connection of SQLite's one writer thread: taking it from the pool and giving it back
        # costs each group of callbacks as much as five of them.
        self._kept: Connection | None = None
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
        engine = engine_of(url, WRITERS + READERS, keyring)
        return cls(engine, 1 if engine.dialect.name == "sqlite" else WRITERS)

    @property
    def dialect(self) -> str:
        """Return ``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    async def write(self, work: Callable[[Connection], Result]) -> Result:
        """Run `work` in one transaction and return its result after the commit.

        Raises StorageUnavailable when the database is gone, full or locked for too long. A transaction
        that PostgreSQL ends because of a deadlock is run again, so `work` must not have other effects.
        """
        return await asyncio.get_running_loop().run_in_executor(
            self._writers, self._transact, work, self._kept_open
        )

    async def read(self, work: Callable[[Connection], Result]) -> Result:
        """Run `work` on a connection of its own that is rolled back afterwards."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._look, work)

    def transact(self, work: Callable[[Connection], Result]) -> Result:
        """Do what `write` does in the calling thread; for the command line and tests."""
        return self._transact(work, self.engine.begin)

    def _transact(self, work: Callable[[Connection], Result], begin: Begin) -> Result:
        for _ in range(ATTEMPTS - 1):
            try:
                return self._once(work, begin)
            except StorageUnavailable as error:
                if not _collided(error):
                    raise
        return self._once(work, begin)

    def _once(self, work: Callable[[Connection], Result], begin: Begin) -> Result:
        try:
            with begin() as connection:
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

    @contextmanager
    def _kept_open(self) -> Iterator[Connection]:
        """Give the writer thread's connection for one transaction; after a failure it gets a new one."""
        if self.dialect != "sqlite":
            with self.engine.begin() as connection:
                yield connection
            return
        kept, self._kept = self._kept, None
        connection = kept if kept is not None else self.engine.connect()
        try:
            with connection.begin():
                yield connection
        except BaseException:
            connection.close()
            raise
        self._kept = connection

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
        if self._kept is not None:
            self._kept.close()
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
