"""What Alembic runs around a migration; the connection comes from `storage.migrate`."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON
from sqlmodel.sql.sqltypes import AutoString

from storage.tables import METADATA
from storage.tables.columns import UTCDateTime


def _render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Return how our own types are written, since Alembic would name modules it does not import."""
    if kind != "type":
        return False
    if isinstance(item, UTCDateTime):
        return "UTCDateTime()"
    if isinstance(item, JSON):
        return "JSON_DOCUMENT"
    if isinstance(item, AutoString):
        return "sa.String()"
    return False


def _run() -> None:
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        compare_type=True,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=_render,
        transactional_ddl=True,
    )
    context.run_migrations()


_run()
