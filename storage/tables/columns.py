"""Column types that behave alike on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, Dialect, Integer, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import SQLModel

# A name is given when a constraint meets its table, so this must stand before any table is declared.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment: TIMESTAMPTZ on PostgreSQL, sortable ISO text in UTC on SQLite.

    Naive values are refused on the way in; what comes out is aware and in UTC.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return fixed-width text for SQLite, a native timestamp elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(26))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Return what the database stores."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        value = value.astimezone(UTC)
        if dialect.name == "sqlite":
            return value.isoformat(" ", "microseconds")[:26]
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return an aware moment in UTC."""
        if value is None:
            return None
        if isinstance(value, str):
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        moment: datetime = value
        return moment.astimezone(UTC)


JSON_DOCUMENT = JSON().with_variant(JSONB(), "postgresql")
# SQLite only counts up by itself on a column declared INTEGER.
BIG_ID = BigInteger().with_variant(Integer(), "sqlite")


def moment(*, nullable: bool = False, index: bool = False, primary_key: bool = False) -> Any:
    """Return a new UTCDateTime column."""
    return Column(UTCDateTime, nullable=nullable, index=index, primary_key=primary_key)


def document() -> Any:
    """Return a new JSON column that is never null."""
    return Column(JSON_DOCUMENT, nullable=False)


def row_id() -> Any:
    """Return a new counted primary key."""
    return Column(BIG_ID, primary_key=True, autoincrement=True)


# On SQLite rows of these tables lie in the index of their primary key itself: one page to find and to
# write instead of two. For small rows only, found by their whole key or its beginning.
CLUSTERED = {"sqlite_with_rowid": False}
