"""Moments as whole seconds since 1970, rounded down, the same on both databases and in memory."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class _Seconds(FunctionElement[int]):
    """Whole seconds of one moment."""

    type = BigInteger()
    inherit_cache = True


def whole_seconds(column: ColumnElement[Any]) -> ColumnElement[int]:
    """Return a moment's whole seconds, as `bot.domain.rhythm.seconds` has them."""
    return _Seconds(column)


@compiles(_Seconds, "sqlite")
def _sqlite(element: _Seconds, compiler: SQLCompiler, **options: Any) -> str:
    # Cut before it is read: SQLite would round a fraction of a second up.
    return f"CAST(strftime('%s', substr({compiler.process(element.clauses, **options)}, 1, 19)) AS INTEGER)"


@compiles(_Seconds, "postgresql")
def _postgresql(element: _Seconds, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(floor(extract(epoch FROM {compiler.process(element.clauses, **options)})) AS BIGINT)"
