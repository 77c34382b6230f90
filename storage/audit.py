"""Who did what to what, chained by hash: an edited, inserted or deleted row shows."""

import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select, text

from bot.domain import storable
from bot.domain.events import Scalar
from storage.tables import table
from storage.tables.operations import AuditRow

AUDIT = table(AuditRow)
# The tail of a chain is safe against cutting only while somebody remembers its last digest; see `head`.
GENESIS = "0" * 64
# Any number does that nobody else locks on this server.
ADVISORY_LOCK = 1_054_212_677
PAGE = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """One act: who (an operator's number or ``cli``), what, to what; never a member's own words."""

    actor: str
    action: str
    target: str = ""
    details: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the chain does not hold, and how."""

    row: int
    problem: str


def note(connection: Connection, entry: Entry, now: datetime) -> str:
    """Append an act and return its digest, the new head of the chain."""
    if connection.dialect.name == "postgresql":
        # Two writers must not both follow the same row.
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
    previous = head(connection)
    row = {
        "at": now,
        "actor": storable.text(entry.actor, 256),
        "action": storable.text(entry.action, 256),
        "target": storable.text(entry.target, 256),
        "details": storable.scalars(entry.details),
        "previous": previous,
    }
    row["digest"] = _digest(row)
    connection.execute(AUDIT.insert(), row)
    return str(row["digest"])


def head(connection: Connection) -> str:
    """Return the digest of the newest row; kept elsewhere, it shows when the tail was cut off."""
    newest = connection.execute(select(AUDIT.c.digest).order_by(AUDIT.c.id.desc()).limit(1)).scalar()
    return str(newest) if newest is not None else GENESIS


def verify(connection: Connection, known_head: str = "") -> list[Broken]:
    """Return every place where the chain does not hold; empty when it does.

    `known_head` is a digest noted earlier that must still be in the chain.
    """
    broken: list[Broken] = []
    previous = GENESIS
    seen = not known_head or known_head == GENESIS
    for row in _rows(connection):
        if not hmac.compare_digest(row["previous"], previous):
            broken.append(Broken(row["id"], "does not follow the row before it"))
        if not hmac.compare_digest(row["digest"], _digest(row)):
            broken.append(Broken(row["id"], "was changed"))
        previous = row["digest"]
        seen = seen or previous == known_head
    if not seen:
        broken.append(Broken(0, "a row that was there is gone"))
    return broken


def newest(connection: Connection, limit: int = 50) -> list[tuple[datetime, Entry]]:
    """Return the newest acts, newest first."""
    rows = connection.execute(select(AUDIT).order_by(AUDIT.c.id.desc()).limit(limit))
    return [(row.at, Entry(row.actor, row.action, row.target, row.details)) for row in rows]


def _rows(connection: Connection) -> Iterator[dict[str, Any]]:
    last = 0
    while True:
        found = connection.execute(select(AUDIT).where(AUDIT.c.id > last).order_by(AUDIT.c.id).limit(PAGE))
        page = [dict(row) for row in found.mappings()]
        yield from page
        if len(page) < PAGE:
            return
        last = page[-1]["id"]


def _digest(row: Mapping[str, Any]) -> str:
    at = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
    fields = [row["previous"], at, row["actor"], row["action"], row["target"], row["details"]]
    return sha256(json.dumps(fields, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
