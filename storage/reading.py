"""Reading many rows cheaply: a SELECT compiled once, read as the driver's plain tuples.

On the way of every event a dozen small tables are read for a group of members; building row objects
and running type processors column by column would cost more than the reading itself.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection
from sqlalchemy.dialects import sqlite

from storage.prepared import Prepared
from storage.tables.columns import UTCDateTime

Rows = list[tuple[Any, ...]]
_STAMP = UTCDateTime()
_SQLITE = sqlite.dialect()


class Query(Prepared):
    """A SELECT whose text depends on the dialect only."""

    def rows(self, connection: Connection, **values: Any) -> Rows:
        """Return all rows, each column as the driver gives it; see `moment_decoder`."""
        found: Rows = self._run(connection, values).fetchall()
        return found


class Gathered(Query):
    """A Query of numbers and texts whose rows may come in any order: SQLite gives all as one document.

    The driver lets other threads in around every row, and a busy one takes its time to let it in again.
    """

    def rows(self, connection: Connection, **values: Any) -> Rows:
        """Return all rows, each column as the driver gives it; see `moment_decoder`."""
        if connection.dialect.name != "sqlite":
            return super().rows(connection, **values)
        found: Rows = orjson.loads(self._run(connection, values).fetchone()[0])
        return found

    def _worded(self, connection: Connection, statement: Any, text: str) -> str:
        if connection.dialect.name != "sqlite":
            return text
        names = ", ".join(f"c{place}" for place, _ in enumerate(statement.selected_columns))
        return f"WITH rows ({names}) AS ({text}) SELECT json_group_array(json_array({names})) FROM rows"  # noqa: S608  our own text


def moment_decoder(connection: Connection) -> Callable[[Any], datetime]:
    """Return what turns a stored, non-null moment into an aware one in UTC."""
    return _from_text if connection.dialect.name == "sqlite" else _from_native


def document_decoder(connection: Connection) -> Callable[[Any], Any]:
    """Return what turns a stored JSON document into plain values."""
    return _from_json if connection.dialect.name == "sqlite" else _as_is


def to_document(value: Any) -> str:
    """Return plain values as a JSON document, which both drivers take as text."""
    return orjson.dumps(value, default=dict).decode() if value else "{}"


def stamped(connection: Connection, moment: datetime) -> Any:
    """Return a moment as the driver stores it."""
    return _STAMP.process_bind_param(moment, connection.dialect)


def _from_text(value: str) -> datetime:
    return datetime.fromisoformat(value + "+00:00")


def _from_json(text: str) -> Any:
    # Most documents are empty, and asking costs less than parsing.
    return orjson.loads(text) if text != "{}" else {}


def _from_native(value: datetime) -> datetime:
    return value.astimezone(UTC)


def stamper(connection: Connection) -> Callable[[datetime], Any]:
    """Return what `stamped` does, for many moments."""
    return _to_text if connection.dialect.name == "sqlite" else _as_is


# A group of events shares few moments, and each is written several times.
@lru_cache(maxsize=1024)
def _to_text(moment: datetime) -> str:
    if moment.tzinfo is not UTC:
        return str(_STAMP.process_bind_param(moment, _SQLITE))
    return moment.isoformat(" ", "microseconds")[:26]


def _as_is(value: Any) -> Any:
    return value
