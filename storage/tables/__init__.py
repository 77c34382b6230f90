"""All tables, as SQLModel classes; statements are written on their Core tables for speed."""

from sqlalchemy import Table
from sqlmodel import SQLModel

from storage.tables import delivery, events, lifecycle, members, operations

__all__ = ["delivery", "events", "lifecycle", "members", "operations", "table"]

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def table(model: type[SQLModel]) -> Table:
    """Return the Core table behind a SQLModel class."""
    found: Table = SQLModel.metadata.tables[str(model.__tablename__)]
    return found
