"""Changing many rows cheaply: an UPDATE or INSERT compiled once and run on the driver's own values.

The twin of `storage.reading`: on the way of every push a handful of statements runs for a chunk of
rows; compiling and processing them anew would cost more than the change itself.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection

from storage.prepared import Prepared


class Bulk(Prepared):
    """An UPDATE or INSERT run for many rows, each a tuple; `places` names what stands where in it."""

    def __init__(self, build: Callable[[Connection], Any], *places: str) -> None:
        """Hold what builds the statement, and the names of its parameters in the order of a row."""
        super().__init__(build)
        self._places = places

    def run(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        """Run it for each row and return how many rows of the database it changed in all."""
        changed: int = self._run_rows(connection, self._places, rows).rowcount if rows else 0
        return changed


class Valued(Bulk):
    """A Bulk whose statement says VALUES of exactly its places, in their order: SQLite gets many in one."""

    def run(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        """Run it over all rows and return how many rows of the database it changed."""
        if connection.dialect.name == "sqlite":
            return self._run_values(connection, self._places, rows) if rows else 0
        return super().run(connection, rows)


class Change(Prepared):
    """An UPDATE, INSERT or DELETE whose text depends on the dialect only."""

    def run(self, connection: Connection, **values: Any) -> int:
        """Run it once and return how many rows it changed."""
        changed: int = self._run(connection, values).rowcount
        return changed

    def many(self, connection: Connection, rows: Sequence[dict[str, Any]]) -> int:
        """Run it once for each mapping and return how many rows it changed in all."""
        changed: int = self._run_many(connection, rows).rowcount if rows else 0
        return changed
