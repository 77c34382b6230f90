"""What lies in a database before anybody touches it."""

from pathlib import Path

from sqlalchemy import Connection, func, inspect, select

from storage.database import Database, driver_url
from storage.tables import table
from storage.tables.members import MemberRow

MEMBER = table(MemberRow)


def members(url: str) -> int:
    """Return how many members a database holds; 0 when it has no tables or no file yet."""
    parsed = driver_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
        return 0
    with Database.open(url) as database:
        return database.transact(_count)


def _count(connection: Connection) -> int:
    if not inspect(connection).has_table(MEMBER.name):
        return 0
    return int(connection.execute(select(func.count()).select_from(MEMBER)).scalar_one())
