"""All tables, as SQLModel classes; statements are written on their Core tables for speed."""

from sqlalchemy import Table
from sqlmodel import SQLModel

from storage.tables import (
    activities,
    cash,
    contents,
    delivery,
    events,
    groups,
    history,
    lifecycle,
    members,
    operations,
    points,
)

__all__ = [
    "METADATA", "activities", "cash", "contents", "delivery", "events", "groups", "history", "lifecycle",
    "members", "operations", "points", "table",
]  # fmt: skip

METADATA = SQLModel.metadata


def table(model: type[SQLModel]) -> Table:
    """Return the Core table behind a SQLModel class."""
    found: Table = SQLModel.metadata.tables[str(model.__tablename__)]
    return found
