"""PostgreSQL's tables in and out by COPY, in one snapshot."""

from typing import Any
from zipfile import ZipFile

from sqlalchemy import Connection, Table, func, select, text

from storage import migrate
from storage.database import Database
from storage.tables import METADATA

CHUNK = 1 << 20


def save(database: Database, archive: ZipFile) -> None:
    """Write every table of one moment into the archive."""
    with database.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        cursor = _cursor(connection)
        for table in METADATA.sorted_tables:
            out = f"COPY {_columns(connection, table)} TO STDOUT"
            with archive.open(_entry(table), "w", force_zip64=True) as entry, cursor.copy(out) as copy:
                for data in copy:
                    entry.write(data)
        connection.rollback()


def restore(url: str, archive: ZipFile, revision: str) -> None:
    """Fill a database with what the archive holds; whatever is in its tables is replaced.

    Tables are made as they were at `revision`, so that an older backup fits.
    """
    migrate.upgrade(url, revision)
    held = set(archive.namelist())
    with Database.open(url) as database, database.engine.begin() as connection:
        tables = [table for table in METADATA.sorted_tables if _entry(table) in held]
        names = ", ".join(_quoted(connection, table.name) for table in tables)
        connection.execute(text(f"TRUNCATE {names}"))
        cursor = _cursor(connection)
        for table in tables:
            into = f"COPY {_columns(connection, table)} FROM STDIN"
            with archive.open(_entry(table)) as entry, cursor.copy(into) as copy:
                while data := entry.read(CHUNK):
                    copy.write(data)
            _continue_counting(connection, table)


def _cursor(connection: Connection) -> Any:
    connection.execute(text("SELECT 1"))
    raw: Any = connection.connection
    return raw.cursor()


def _entry(table: Table) -> str:
    return f"tables/{table.name}.copy"


def _columns(connection: Connection, table: Table) -> str:
    names = ", ".join(_quoted(connection, column.name) for column in table.columns)
    return f"{_quoted(connection, table.name)} ({names})"


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote_identifier(name)


def _continue_counting(connection: Connection, table: Table) -> None:
    counted = table.autoincrement_column
    if counted is None:
        return
    found = connection.execute(
        text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": counted.name}
    ).scalar()
    if found:
        highest = connection.execute(select(func.max(counted))).scalar() or 0
        connection.execute(select(func.setval(found, highest + 1, False)))  # noqa: FBT003 -- SQL has no names
