"""A PostgreSQL database for one bench, where there is a server."""

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from tools.with_postgres import local_server


@contextmanager
def postgres() -> Iterator[str | None]:
    """Yield the URL of an empty database that is dropped afterwards, None without a server."""
    given = os.environ.get("HETANG_TEST_PG", "").replace("postgresql+psycopg://", "postgresql://")
    address = given or local_server()
    if address is None:
        yield None
        return
    name = f"hetang_bench_{secrets.token_hex(6)}"
    with psycopg.connect(address, autocommit=True, connect_timeout=5) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        _warn(connection)
    try:
        yield _url(address, name)
    finally:
        with psycopg.connect(address, autocommit=True, connect_timeout=5) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _warn(connection: "psycopg.Connection[tuple[str]]") -> None:
    """Say so when the server does not keep what it commits: then nothing on it may be called durable."""
    off = [
        name
        for name in ("fsync", "synchronous_commit")
        if connection.execute(sql.SQL("SHOW {}").format(sql.Identifier(name))).fetchone() == ("off",)
    ]
    if off:
        print(
            f"this PostgreSQL has {' and '.join(off)} off: its figures are not durable ones", file=sys.stderr
        )


def _url(address: str, name: str) -> str:
    parts = conninfo_to_dict(address)
    login = str(parts.get("user") or "postgres") + (f":{parts['password']}" if parts.get("password") else "")
    return (
        f"postgresql+psycopg://{login}@{parts.get('host') or '127.0.0.1'}:{parts.get('port') or 5432}/{name}"
    )
