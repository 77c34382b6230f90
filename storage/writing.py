"""Changing many rows cheaply: an UPDATE or INSERT compiled once and run on the driver's own values.

The twin of `storage.reading`: on the way of every push a handful of statements runs for a chunk of
rows; compiling and processing them anew would cost more than the change itself.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection


class Change:
    """A statement whose text depends on the dialect only; moments are bound with `stamped`."""

    def __init__(self, build: Callable[[Connection], Any]) -> None:
        """Hold what builds the statement; it is built and compiled at first use."""
        self._build = build
        self._compiled: dict[str, tuple[str, list[str] | None, dict[str, Any]]] = {}

    def run(self, connection: Connection, **values: Any) -> int:
        """Run it once and return how many rows it changed."""
        text, order, constants = self._text(connection)
        given = constants | values
        bound: Any = given if order is None else tuple(given[key] for key in order)
        return connection.exec_driver_sql(text, bound).rowcount

    def many(self, connection: Connection, rows: Sequence[dict[str, Any]]) -> int:
        """Run it once for each mapping and return how many rows it changed in all."""
        if not rows:
            return 0
        text, order, constants = self._text(connection)
        given = [constants | row for row in rows]
        bound: Any = given if order is None else [tuple(row[key] for key in order) for row in given]
        return connection.exec_driver_sql(text, bound).rowcount

    def _text(self, connection: Connection) -> tuple[str, list[str] | None, dict[str, Any]]:
        name = connection.dialect.name
        known = self._compiled.get(name)
        if known is None:
            compiled = self._build(connection).compile(dialect=connection.dialect)
            constants = {key: value for key, value in compiled.params.items() if value is not None}
            order = list(compiled.positiontup or ()) or None
            known = self._compiled[name] = (str(compiled), order, constants)
        return known
