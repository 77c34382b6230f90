"""Statements compiled once and run on the driver's own connection.

SQLAlchemy builds and words them, keeps the pool and the transaction; but for each run it would build a
context, a cursor wrapper and result metadata, which costs more than most of these statements do.
"""

import re
from collections.abc import Callable, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from storage.opening import without_row

Values = dict[str, Any]
Row = tuple[Any, ...]
# The values of one row, and how many rows go into one statement: 2 to this power. Only powers of two,
# so that a handful of texts does for every number.
_VALUES = re.compile(r"VALUES (\([^()]+\))")
_MOST = 6


class Prepared:
    """A statement whose text depends on the dialect only; moments are bound with `reading.stamped`."""

    def __init__(self, build: Callable[[Connection], Any]) -> None:
        """Hold what builds the statement; it is built and compiled at first use."""
        self._build = build
        self._compiled: dict[str, tuple[str, list[str] | None, Values]] = {}

    def _run(self, connection: Connection, values: Values) -> Any:
        """Run it once and return the driver's cursor; failures are SQLAlchemy's, as everywhere else."""
        text, order, constants = self._text(connection)
        given = constants | values
        bound: Any = given if order is None else [given[key] for key in order]
        try:
            return _driver(connection).execute(text, bound)
        except Exception as error:
            raise _told(connection, text, error) from error

    def _run_many(self, connection: Connection, rows: Sequence[Values]) -> Any:
        """Run it once for each mapping and return the driver's cursor."""
        text, order, constants = self._text(connection)
        given = [constants | row for row in rows]
        bound: Any = given if order is None else [[row[key] for key in order] for row in given]
        try:
            cursor = _driver(connection).cursor()
            cursor.executemany(text, bound)
        except Exception as error:
            raise _told(connection, text, error) from error
        return cursor

    def _run_rows(self, connection: Connection, places: tuple[str, ...], rows: Sequence[Row]) -> Any:
        """Run it once for each row, whose values stand in the order of `places`."""
        text, order, constants = self._text(connection)
        bound: Sequence[Any] = rows
        if order is None:
            bound = [constants | dict(zip(places, row, strict=True)) for row in rows]
        elif order != list(places):
            # A parameter that occurs twice, or one of the statement's own.
            fixed = tuple(constants.values())
            at = {name: place for place, name in enumerate((*places, *constants))}
            pick = itemgetter(*(at[name] for name in order))
            bound = [pick(row + fixed) for row in rows]
        try:
            cursor = _driver(connection).cursor()
            cursor.executemany(text, bound)
        except Exception as error:
            raise _told(connection, text, error) from error
        return cursor

    def _run_values(self, connection: Connection, places: tuple[str, ...], rows: Sequence[Row]) -> int:
        """Run it over many rows at a time and return how many rows of the database changed.

        For SQLite, which spends a quarter of a small statement on starting and ending it.
        """
        text, order, constants = self._text(connection)
        one = _VALUES.search(text)
        if one is None or order != list(places) or constants:
            raise TypeError(f"no VALUES of just these places: {text}")
        before, after = text[: one.start(1)], text[one.end(1) :]
        changed, at = 0, 0
        cursor = _driver(connection).cursor()
        try:
            while at < len(rows):
                size = 1 << min((len(rows) - at).bit_length() - 1, _MOST)
                many = before + ",".join([one[1]] * size) + after
                changed += cursor.execute(many, list(chain.from_iterable(rows[at : at + size]))).rowcount
                at += size
        except Exception as error:
            raise _told(connection, text, error) from error
        return changed

    def _text(self, connection: Connection) -> tuple[str, list[str] | None, Values]:
        name = connection.dialect.name
        known = self._compiled.get(name)
        if known is None:
            statement = self._build(connection)
            compiled = statement.compile(dialect=connection.dialect)
            constants = {key: value for key, value in compiled.params.items() if value is not None}
            order = list(compiled.positiontup or ()) or None
            text = self._worded(connection, statement, str(compiled))
            known = self._compiled[name] = (text, order, constants)
        return known

    def _worded(self, connection: Connection, statement: Any, text: str) -> str:
        """Return the text to run; a subclass may wrap the statement's own."""
        return text


def _driver(connection: Connection) -> Any:
    """Return the driver's connection, inside the transaction that SQLAlchemy would have begun now."""
    if not connection.in_transaction():
        connection.begin()
    return connection.connection.dbapi_connection


def _told(connection: Connection, text: str, error: Exception) -> BaseException:
    """Return the error as SQLAlchemy tells it; a connection that is lost leaves the pool."""
    dialect = connection.dialect
    driver: Any = dialect.dbapi
    if not isinstance(error, driver.Error):
        return error
    lost = dialect.is_disconnect(error, connection.connection, None)
    if lost:
        connection.invalidate(error)
    # The values are members' data and stay out of the message.
    without_row(error)
    told: BaseException = DBAPIError.instance(
        text, None, error, driver.Error, hide_parameters=True, connection_invalidated=lost, dialect=dialect
    )
    return told
