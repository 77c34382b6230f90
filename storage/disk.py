"""The disk our data lies on."""

import shutil
from pathlib import Path

from storage.database import Database


def free_share(database: Database) -> float:
    """Return how much of the disk is free, 0 to 1: SQLite's, or this process's own beside PostgreSQL."""
    url = database.engine.url
    file = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else Path.cwd()
    place = next((one for one in (file, *file.absolute().parents) if one.exists()), Path("/"))
    usage = shutil.disk_usage(place)
    return usage.free / usage.total if usage.total else 1.0
