"""Member attributes in SQL: one expression each for kind, number and text of a JSON value.

The databases spell it differently, SQLite has no booleans in JSON results and PostgreSQL sorts text by
the database's language; these expressions give the same answers on both.
"""

from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Numeric, String, bindparam, false, literal, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Float, TypeDecorator, TypeEngine

from bot.domain.conditions import Operator
from bot.domain.events import Scalar
from bot.domain.predicate import OWN_COLUMNS
from bot.domain.scalars import RELATIONS, kind_of
from storage.tables import table
from storage.tables.members import MemberRow

MEMBER = table(MemberRow)


class _ExactNumber(TypeDecorator[float]):
    """A number that PostgreSQL compares by its shortest decimal form, as JSON keeps it there."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Float() if dialect.name == "sqlite" else Numeric())

    def process_bind_param(self, value: float | None, dialect: Dialect) -> Any:
        return value if value is None or dialect.name == "sqlite" else Decimal(repr(value))


class _Kind(FunctionElement[str]):
    """The kind of an attribute's value as `bot.domain.scalars.kind_of` names it."""

    type = String()
    inherit_cache = True


class _Number(FunctionElement[float]):
    """An attribute's value if it is a number, else NULL."""

    type = _ExactNumber()
    inherit_cache = True


class _Text(FunctionElement[str]):
    """An attribute's value if it is a string, else NULL; ordered by code point."""

    type = String()
    inherit_cache = True


class _ByCodePoint(FunctionElement[str]):
    """A text column, ordered by code point."""

    type = String()
    inherit_cache = True


def _arguments(element: FunctionElement[Any], compiler: SQLCompiler) -> list[str]:
    return [compiler.process(clause) for clause in element.clauses]


@compiles(_Kind, "sqlite")
def _kind_sqlite(element: _Kind, compiler: SQLCompiler, **_: Any) -> str:
    column, key = _arguments(element, compiler)
    return (
        f"CASE json_type({column}, '$.\"' || {key} || '\"') WHEN 'text' THEN 'string' "
        "WHEN 'integer' THEN 'number' WHEN 'real' THEN 'number' "
        "WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE 'null' END"
    )


@compiles(_Kind, "postgresql")
def _kind_postgresql(element: _Kind, compiler: SQLCompiler, **_: Any) -> str:
    column, key = _arguments(element, compiler)
    return (
        f"CASE jsonb_typeof({column} -> {key}) WHEN 'string' THEN 'string' WHEN 'number' THEN 'number' "
        f"WHEN 'boolean' THEN ({column} ->> {key}) ELSE 'null' END"
    )


@compiles(_Number, "sqlite")
def _number_sqlite(element: _Number, compiler: SQLCompiler, **_: Any) -> str:
    column, key = _arguments(element, compiler)
    path = f"{column}, '$.\"' || {key} || '\"'"
    return f"CASE WHEN json_type({path}) IN ('integer', 'real') THEN json_extract({path}) END"


@compiles(_Number, "postgresql")
def _number_postgresql(element: _Number, compiler: SQLCompiler, **_: Any) -> str:
    column, key = _arguments(element, compiler)
    return f"CASE WHEN jsonb_typeof({column} -> {key}) = 'number' THEN ({column} ->> {key})::numeric END"


@compiles(_Text, "sqlite")
def _text_sqlite(element: _Text, compiler: SQLCompiler, **_: Any) -> str:
    column, key = _arguments(element, compiler)
    path = f"{column}, '$.\"' || {key} || '\"'"
    return f"CASE WHEN json_type({path}) = 'text' THEN json_extract({path}) END"


@compiles(_Text, "postgresql")
def _text_postgresql(element: _Text, compiler: SQLCompiler, **_: Any) -> str:
    column, key = _arguments(element, compiler)
    return f"(CASE WHEN jsonb_typeof({column} -> {key}) = 'string' THEN {column} ->> {key} END) COLLATE \"C\""


@compiles(_ByCodePoint, "sqlite")
def _code_point_sqlite(element: _ByCodePoint, compiler: SQLCompiler, **_: Any) -> str:
    return _arguments(element, compiler)[0]


@compiles(_ByCodePoint, "postgresql")
def _code_point_postgresql(element: _ByCodePoint, compiler: SQLCompiler, **_: Any) -> str:
    return f'({_arguments(element, compiler)[0]} COLLATE "C")'


def attribute(name: str, relation: Operator, value: Scalar) -> ColumnElement[bool]:
    """Return SQL for `scalars.compare(attribute, relation, value)`; it is never NULL."""
    kind = kind_of(value)
    if relation not in {"==", "!="} and kind in {"null", "boolean"}:
        return false()
    if relation == "!=":
        return ~attribute(name, "==", value)
    if name in OWN_COLUMNS:
        return _own_column(name, relation, value)
    key = bindparam(None, name, String(), unique=True)
    column = MEMBER.c.attributes
    if kind == "null":
        return _Kind(column, key) == "null"
    if kind == "boolean":
        return _Kind(column, key) == ("true" if value else "false")
    found: ColumnElement[Any] = _Number(column, key) if kind == "number" else _Text(column, key)
    right = literal(value, _ExactNumber() if kind == "number" else String())
    stands: ColumnElement[bool] = RELATIONS[relation](found, right)
    return found.is_not(None) & stands


def _own_column(name: str, relation: Operator, value: Scalar) -> ColumnElement[bool]:
    column: ColumnElement[Any] = MEMBER.c[name]
    if value is None:
        return column.is_(None)
    if not isinstance(value, str):
        return false()
    if relation == "==":
        return column.is_not(None) & (column == value)
    stands: ColumnElement[bool] = RELATIONS[relation](_ByCodePoint(column), value)
    return column.is_not(None) & stands


def constant(*, truth: bool) -> ColumnElement[bool]:
    """Return a truth that does not depend on the member."""
    return true() if truth else false()
