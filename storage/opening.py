"""Engines and connections: which driver, what every connection is told before it is used."""

import json
import sqlite3
import time
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.pool import QueuePool

from storage.privacy import Keyring

BUSY_TIMEOUT_MS = 5000
WAL_TRIES = 100
# Statements that each connection keeps ready: those of many rows have a text for each power of two.
STATEMENTS = 512


def engine_of(url: str, connections: int, keyring: Keyring | None) -> Engine:
    """Return an engine with so many connections; an async driver in the URL means the same server."""
    sync_url = driver_url(url)
    sqlite = sync_url.get_backend_name() == "sqlite"
    engine = create_engine(
        sync_url,
        json_serializer=lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")),
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        pool_pre_ping=not sqlite,
        execution_options={"keyring": keyring},
        hide_parameters=True,  # members' words and addresses stay out of errors, and so out of logs
        connect_args=_SQLITE if sqlite else {},
    )
    event.listen(engine, "handle_error", _without_row)
    if sqlite:
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def without_row(error: BaseException) -> str:
    """Leave of what PostgreSQL says only its first sentence, and return it: the next one quotes the row."""
    primary = getattr(getattr(error, "diag", None), "message_primary", None)
    if primary:
        error.args = (primary,)
    return str(error)


def _without_row(context: ExceptionContext) -> None:
    said = without_row(context.original_exception)
    if context.sqlalchemy_exception is not None:
        context.sqlalchemy_exception.args = (f"({type(context.original_exception).__name__}) {said}",)


_SQLITE: dict[str, Any] = {
    "timeout": BUSY_TIMEOUT_MS / 1000,
    "check_same_thread": False,
    "cached_statements": STATEMENTS,
}


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
