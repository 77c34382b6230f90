"""Is this database fit to be used? Asked once, before anything else is."""

from sqlalchemy import Connection, text

from storage import migrate
from storage.database import Database

# UPSERT needs 3.24, RETURNING 3.35: https://www.sqlite.org/changes.html
OLDEST_SQLITE = (3, 35, 0)
OLDEST_POSTGRESQL = 130000
# Any number does that nobody else uses on this server; it reads "start" in base 36.
ADVISORY_LOCK = 48_409_013


def one_at_a_time(connection: Connection) -> None:
    """Wait until no other starter prepares the database, and be the only one until the commit.

    On SQLite every transaction that writes is alone.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})


def problems(database: Database) -> list[str]:
    """Return why the database cannot be used, one sentence each; empty when it can."""
    with database.engine.connect().execution_options(read_only=True) as connection:
        found = _sqlite(connection) if database.dialect == "sqlite" else _postgresql(connection)
        at, newest = migrate.revision(connection), migrate.newest()
        if at != newest:
            found.append(f"the schema is at {at or 'nothing'}, this program needs {newest}: run migrate")
        connection.rollback()
        return found


def _sqlite(connection: Connection) -> list[str]:
    found = []
    version = _asked(connection, "SELECT sqlite_version()")
    if tuple(int(part) for part in version.split(".")) < OLDEST_SQLITE:
        found.append(f"SQLite {version} is too old, 3.35 is needed")
    if _asked(connection, "PRAGMA journal_mode") != "wal":
        found.append("SQLite cannot use its write-ahead log here; is this a network file system?")
    if _asked(connection, "SELECT json_extract('{\"a\":1}', '$.a')") != "1":
        found.append("SQLite was built without JSON")
    verdict = _asked(connection, "PRAGMA quick_check(1)")
    if verdict != "ok":
        found.append(f"the database file is damaged: {verdict}")
    return found


def _postgresql(connection: Connection) -> list[str]:
    found = []
    if int(_asked(connection, "SHOW server_version_num")) < OLDEST_POSTGRESQL:
        found.append("PostgreSQL 13 or newer is needed")
    if _asked(connection, "SHOW server_encoding") != "UTF8":
        found.append("the PostgreSQL database must be encoded in UTF8")
    return found


def _asked(connection: Connection, question: str) -> str:
    return str(connection.exec_driver_sql(question).scalar())
