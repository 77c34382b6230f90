"""Every configuration that ever ran, by hash, and which one runs now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from storage import audit
from storage.dialect import replacing, upsert
from storage.tables import table
from storage.tables.lifecycle import ConfigVersionRow

VERSION = table(ConfigVersionRow)


@dataclass(frozen=True, slots=True)
class Version:
    """A configuration as its file said it, without secrets; `at` is when it last came into force."""

    digest: str
    at: datetime
    body: Mapping[str, Any]


def adopt(connection: Connection, digest: str, body: Mapping[str, Any], now: datetime) -> bool:
    """Note that this configuration is in force from now on; False when it was already.

    The audit keeps every change, so that a configuration that comes back does not hide its first time.
    """
    newest = present(connection)
    if newest is not None and newest.digest == digest:
        return False
    row = {"digest": digest, "at": now, "body": dict(body)}
    upsert(connection, VERSION, [row], ["digest"], replacing("at", "body"))
    audit.note(connection, audit.Entry("hetang", "config.adopt", digest), now)
    return True


def present(connection: Connection) -> Version | None:
    """Return the configuration that came into force last, None before the first."""
    newest = select(VERSION).order_by(VERSION.c.at.desc(), VERSION.c.digest).limit(1)
    row = connection.execute(newest).one_or_none()
    return Version(row.digest, row.at, row.body) if row is not None else None


def bodies(connection: Connection) -> list[Mapping[str, Any]]:
    """Return what every configuration that ran once said, the newest first."""
    newest = select(VERSION.c.body).order_by(VERSION.c.at.desc(), VERSION.c.digest)
    return list(connection.execute(newest).scalars())
