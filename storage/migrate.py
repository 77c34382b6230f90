"""The schema to its newest version, on either database, by one starter at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import InterfaceError, OperationalError

from bot.domain.errors import StorageUnavailable
from storage.database import Database, driver_url
from storage.migrations import HOME

VERSIONS = HOME / "versions"
NOTED_IN = "alembic_version"
# Any number does that nobody else uses on this server; it reads "hetang" in base 36.
ADVISORY_LOCK = 1_054_212_676
LOCK_WAIT_MS = 120_000


def upgrade(url: str, to: str = "head") -> str:
    """Bring the database to the newest schema (or up `to` an older one) and return its revision.

    One transaction holds it all, so a failure leaves the old schema; a second starter waits for the
    first and then finds nothing to do. The folder of an SQLite file is made if it is missing.
    """
    _make_room(url)
    if to == "head" and _is_newest(url):
        return newest()
    from storage.migrations import steps  # here, as nearly every start finds nothing to do

    with _alone(url) as connection:
        steps.upgrade(connection, to)
        return revision(connection) or ""


def check(url: str) -> list[str]:
    """Return what differs between the database and the code, one sentence each; empty when nothing."""
    from storage.migrations import steps  # here, see `upgrade`

    with _alone(url) as connection:
        if revision(connection) != newest():
            return [f"schema is at {revision(connection) or 'nothing'}, the program needs {newest()}"]
        return steps.differences(connection)


def draft(url: str, message: str, name: str) -> None:
    """Write a new migration from what differs between the code and a database at the newest revision."""
    from storage.migrations import steps  # here, see `upgrade`

    with _alone(url) as connection:
        steps.draft(connection, message, name)


def revision(connection: Connection) -> str | None:
    """Return the revision the database is at, None before the first."""
    if not inspect(connection).has_table(NOTED_IN):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {NOTED_IN}")).scalar_one_or_none()  # noqa: S608  our own word
    return found


def newest() -> str:
    """Return the newest revision this program knows; each file of a step is named after its own, in order."""
    return max(path.stem for path in VERSIONS.glob("[0-9]*.py"))


def _is_newest(url: str) -> bool:
    """Tell whether there is nothing to do; a database that cannot be asked now is waited for elsewhere."""
    try:
        with Database.open(url) as database:
            options = {"read_only": True}
            with database.engine.connect().execution_options(**options) as connection:
                return revision(connection) == newest()
    except (OperationalError, InterfaceError):
        return False


def _make_room(url: str) -> None:
    """Make the folder an SQLite file is to lie in, for its owner only: it will hold members' data."""
    parsed = driver_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in {None, "", ":memory:"}:
        return
    try:
        Path(str(parsed.database)).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageUnavailable(f"{error.filename}: {error.strerror}") from error


@contextmanager
def _alone(url: str) -> Iterator[Connection]:
    try:
        with _locked(url) as connection:
            yield connection
    except (OperationalError, InterfaceError) as error:
        raise StorageUnavailable(str(error.orig)) from error


@contextmanager
def _locked(url: str) -> Iterator[Connection]:
    with Database.open(url) as database:
        if database.dialect == "sqlite":
            # A transaction takes the write lock at its begin; wait for another starter's longer than usual.
            with database.engine.connect() as connection:
                # Past SQLAlchemy, which would begin, and so ask for the lock, before it says this.
                cursor = connection.connection.cursor()
                cursor.execute(f"PRAGMA busy_timeout={LOCK_WAIT_MS}")
                cursor.close()
                with connection.begin():
                    yield connection
            return
        with database.engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            yield connection
