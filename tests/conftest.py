"""Fixtures shared by all tests: a clock moved by hand, and fresh databases of both kinds.

Whatever is missing on this machine skips its tests with a sentence; with CI=true it fails them instead.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from tests.fakes import ManualClock
from tools.with_postgres import local_server

# No deadline an example: a busy machine is not a failing property. Timeouts are pytest's.
settings.register_profile("house", deadline=None, print_blob=True)
settings.load_profile("house")


def missing(what: str) -> NoReturn:
    """Skip the test because of something missing here, or fail it where nothing may be skipped."""
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(f"{what} (CI=true: nothing is skipped)", pytrace=False)
    pytest.skip(what)


@pytest.fixture
def manual_clock() -> ManualClock:
    return ManualClock()


# --- PostgreSQL ---------------------------------------------------------------------------------------------


def _connect(server: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(server, autocommit=True, connect_timeout=5)


def _create_database(server: str, name: str, template: str | None = None) -> str:
    """Create a database and return its address for SQLAlchemy."""
    statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if template:
        statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
    with _connect(server) as connection:
        connection.execute(statement)
    parts = conninfo_to_dict(server)
    login = str(parts.get("user") or "postgres") + (f":{parts['password']}" if parts.get("password") else "")
    return (
        f"postgresql+psycopg://{login}@{parts.get('host') or '127.0.0.1'}:{parts.get('port') or 5432}/{name}"
    )


def _drop_database(server: str, name: str) -> None:
    with _connect(server) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _fresh_name() -> str:
    return f"hetang_test_{secrets.token_hex(6)}"


@pytest.fixture(scope="session")
def pg_server() -> str:
    """A server where databases may be created: the one at HETANG_TEST_PG, else at 127.0.0.1:5432."""
    given = os.environ.get("HETANG_TEST_PG", "").replace("postgresql+psycopg://", "postgresql://")
    server = given or local_server()
    if server is None:
        missing(
            "no PostgreSQL lets us in at 127.0.0.1:5432 and HETANG_TEST_PG is not set; `make test` starts one"
        )
    try:
        _connect(server).close()
    except psycopg.OperationalError as error:
        missing(f"no PostgreSQL at HETANG_TEST_PG: {error}")
    return server


@pytest.fixture(scope="session")
def pg_url(pg_server: str) -> Iterator[str]:
    """An empty database of this session (of this worker), dropped at the end."""
    name = _fresh_name()
    yield _create_database(pg_server, name)
    _drop_database(pg_server, name)


@pytest.fixture(scope="session")
def _pg_template(pg_server: str) -> Iterator[str]:
    """The name of a migrated database nobody is connected to, so that it can be copied."""
    from storage.migrate import upgrade

    name = _fresh_name()
    try:
        upgrade(_create_database(pg_server, name))
        yield name
    finally:
        _drop_database(pg_server, name)


@pytest.fixture
def empty_postgres_url(pg_server: str) -> Iterator[str]:
    """An empty PostgreSQL database for one test."""
    name = _fresh_name()
    yield _create_database(pg_server, name)
    _drop_database(pg_server, name)


@pytest.fixture
def postgres_url(pg_server: str, _pg_template: str) -> Iterator[str]:
    """A migrated PostgreSQL database for one test."""
    name = _fresh_name()
    yield _create_database(pg_server, name, template=_pg_template)
    _drop_database(pg_server, name)


@pytest.fixture
def other_postgres_url(pg_server: str, _pg_template: str) -> Iterator[str]:
    """One more, for a test that compares two."""
    name = _fresh_name()
    yield _create_database(pg_server, name, template=_pg_template)
    _drop_database(pg_server, name)


# --- SQLite -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from storage.migrate import upgrade

    file = tmp_path_factory.mktemp("template") / "migrated.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite_url(_sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite database for one test."""
    for part in _sqlite_template.parent.glob(f"{_sqlite_template.name}*"):
        shutil.copy(part, tmp_path / part.name.replace("migrated", "hetang"))
    return f"sqlite:///{tmp_path / 'hetang.db'}"


# --- both ---------------------------------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database for one test, once of each kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


# --- browser ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's browser, for playwright's `executable_path`."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    missing("no Chromium; as root: apt-get install chromium")
