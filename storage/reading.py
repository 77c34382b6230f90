"""Reading many rows cheaply: a SELECT compiled once, read as the driver's plain tuples.

On the way of every event a dozen small tables are read for a group of members; building row objects
and running type processors column by column would cost more than the reading itself.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Select
from sqlalchemy.dialects import sqlite

from storage.tables.columns import UTCDateTime

Rows = list[tuple[Any, ...]]
_STAMP = UTCDateTime()
_SQLITE = sqlite.dialect()


class Query:
    """A SELECT whose text depends on the dialect only."""

    def __init__(self, build: Callable[[Connection], Select[Any]]) -> None:
        """Hold what builds the statement; it is built and compiled at first use."""
        self._build = build
        self._compiled: dict[str, tuple[str, list[str] | None, dict[str, Any]]] = {}

    def rows(self, connection: Connection, **values: Any) -> Rows:
        """Return all rows, each column as the driver gives it; see `decoders`."""
        name = connection.dialect.name
        known = self._compiled.get(name)
        if known is None:
            compiled = self._build(connection).compile(dialect=connection.dialect)
            constants = {key: value for key, value in compiled.params.items() if value is not None}
            order = list(compiled.positiontup or ()) or None
            known = self._compiled[name] = (str(compiled), order, constants)
        text, order, constants = known
        given = constants | values
        bound: Any = given if order is None else tuple(given[key] for key in order)
        cursor: Any = connection.exec_driver_sql(text, bound).cursor
        found: Rows = cursor.fetchall()
        return found


def moment_decoder(connection: Connection) -> Callable[[Any], datetime]:
    """Return what turns a stored, non-null moment into an aware one in UTC."""
    return _from_text if connection.dialect.name == "sqlite" else _from_native


def document_decoder(connection: Connection) -> Callable[[Any], Any]:
    """Return what turns a stored JSON document into plain values."""
    return _from_json if connection.dialect.name == "sqlite" else _as_is


def to_document(value: Any) -> str:
    """Return plain values as a JSON document, which both drivers take as text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else "{}"


def stamped(connection: Connection, moment: datetime) -> Any:
    """Return a moment as the driver stores it."""
    return _STAMP.process_bind_param(moment, connection.dialect)


def _from_text(value: str) -> datetime:
    return datetime.fromisoformat(value + "+00:00")


def _from_json(text: str) -> Any:
    # Most documents are empty, and asking costs less than parsing.
    return json.loads(text) if text != "{}" else {}


def _from_native(value: datetime) -> datetime:
    return value.astimezone(UTC)


def stamper(connection: Connection) -> Callable[[datetime], Any]:
    """Return what `stamped` does, for many moments."""
    return _to_text if connection.dialect.name == "sqlite" else _as_is


def _to_text(moment: datetime) -> str:
    if moment.tzinfo is not UTC:
        return str(_STAMP.process_bind_param(moment, _SQLITE))
    return moment.isoformat(" ", "microseconds")[:26]


def _as_is(value: Any) -> Any:
    return value
