"""Where SQLite and PostgreSQL differ, and nothing else."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    String,
    Table,
    bindparam,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from storage.tables import table
from storage.tables.members import MemberRow

Item = TypeVar("Item")
# PostgreSQL takes 65,535 parameters a statement, SQLite 32,766.
CHUNK = 1000

Row = Mapping[str, Any]
Update = Mapping[str, Callable[[Table, Any], Any]]


def insert_for(connection: Connection, into: Table) -> sqlite.Insert | postgresql.Insert:
    """Return the dialect's own INSERT, which knows ON CONFLICT."""
    return sqlite.insert(into) if connection.dialect.name == "sqlite" else postgresql.insert(into)


def insert_new(connection: Connection, into: Table, rows: Sequence[Row], keys: Sequence[str]) -> None:
    """Insert rows; one whose `keys` are there already is left alone."""
    if rows:
        statement = insert_for(connection, into).on_conflict_do_nothing(index_elements=list(keys))
        connection.execute(statement, list(rows))


def upsert(
    connection: Connection,
    into: Table,
    rows: Sequence[Row],
    keys: Sequence[str],
    update: Update,
    where: Callable[[Table, Any], ColumnElement[bool]] | None = None,
) -> None:
    """Insert rows; where `keys` are there already, set each column to ``update[column](table, excluded)``.

    Rows must not repeat a key. Sort them by key, so that two transactions lock in one order.
    """
    if not rows:
        return
    statement = insert_for(connection, into)
    excluded = statement.excluded
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=list(keys),
            set_={name: value(into, excluded) for name, value in update.items()},
            where=where(into, excluded) if where else None,
        ),
        list(rows),
    )


def replacing(*columns: str) -> Update:
    """Return an update that takes the new value of each column."""

    def new(name: str) -> Callable[[Table, Any], Any]:
        return lambda _table, excluded: excluded[name]

    return {name: new(name) for name in columns}


def greatest(connection: Connection, *values: Any) -> ColumnElement[Any]:
    """Return the largest of non-null values, row by row."""
    return func.max(*values) if connection.dialect.name == "sqlite" else func.greatest(*values)


def least(connection: Connection, *values: Any) -> ColumnElement[Any]:
    """Return the smallest of non-null values, row by row."""
    return func.min(*values) if connection.dialect.name == "sqlite" else func.least(*values)


def position(connection: Connection, whole: Any, part: Any) -> ColumnElement[int]:
    """Return where bytes occur in other bytes, counted from 1; 0 when they do not."""
    if connection.dialect.name == "sqlite":
        return func.instr(whole, part, type_=Integer)
    # https://www.postgresql.org/docs/15/functions-binarystring.html: "position(substring IN bytes)"
    return func.position(part.op("IN")(whole), type_=Integer)


def property_text(connection: Connection, column: Any, name: str) -> ColumnElement[str]:
    """Return a text of a JSON document, null without it; `name` is one of our own, of plain letters.

    In a form that `storage.prepared` can run, which binds values as they are.
    """
    if connection.dialect.name == "sqlite":
        return func.json_extract(column, literal_column(f"'$.{name}'"), type_=String)
    found: ColumnElement[str] = column.op("->>", return_type=String)(literal_column(f"'{name}'"))
    return found


def chunks(items: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """Yield the items in lists of at most `size`."""
    chunk: list[Item] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def within(connection: Connection, column: ColumnElement[Any], name: str = "ids") -> ColumnElement[bool]:
    """Return ``column IN :name`` for a list bound later, in a form whose text never changes.

    One text for every length, so that the driver prepares it once. `listed` makes the value to bind.
    """
    if connection.dialect.name == "sqlite":
        given = func.json_each(bindparam(name, type_=String)).table_valued("value")
        return column.in_(select(given.c.value))
    return column == func.any(bindparam(name, type_=postgresql.ARRAY(column.type)))


def each_of(connection: Connection, name: str) -> ColumnElement[Any]:
    """Return a list of strings, bound later as `listed` makes it, as a column to select from."""
    if connection.dialect.name == "sqlite":
        given = func.json_each(bindparam(name, type_=String)).table_valued("value")
        return given.c.value
    return func.unnest(bindparam(name, type_=postgresql.ARRAY(String))).column_valued()


def unindexed(connection: Connection, column: Any) -> ColumnElement[Any]:
    """Return the column in a form SQLite finds no index for.

    Without statistics it takes the index over a whole state for more selective than a list of ids, and
    then reads every queued row for each chunk. PostgreSQL counts and needs no such hint.
    """
    if connection.dialect.name == "sqlite":
        return literal_column(f"+{column.table.name}.{column.name}", column.type)
    hinted: ColumnElement[Any] = column
    return hinted


def listed(connection: Connection, values: Iterable[Any]) -> Any:
    """Return the list in the form that `within` binds."""
    return orjson.dumps(list(values)).decode() if connection.dialect.name == "sqlite" else list(values)


def lock_members(connection: Connection, ids: Iterable[int]) -> None:
    """Hold these members until the end of the transaction, always in id order so that nobody deadlocks.

    On SQLite a writing transaction holds the whole database from its begin.
    """
    if connection.dialect.name != "postgresql":
        return
    member = table(MemberRow)
    for chunk in chunks(sorted(set(ids))):
        connection.execute(
            select(member.c.id).where(member.c.id.in_(chunk)).order_by(member.c.id).with_for_update()
        )


def inserted(connection: Connection, statement: Insert, rows: Sequence[Row], column: Any) -> list[Any]:
    """Run an INSERT of many rows and return `column` of each row that really went in."""
    found: list[Any] = []
    for chunk in chunks(rows):
        found.extend(connection.execute(statement.returning(column), chunk).scalars())
    return found
