"""Batches of pooled routes: stored with their key before the call, and called again with it after a crash."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, insert, select, update

from bot.domain.content import Content
from bot.domain.delivery.departures import Departure, InDoubt, Outcome, Postponed, Refused, Sent
from bot.domain.delivery.policy import DeliveryPolicy
from storage.dialect import chunks
from storage.outbox.contents import content_of, document_of
from storage.outbox.doubts import departures_of, give_up, orphans
from storage.outbox.repeating import awake
from storage.outbox.rows import OUTBOX
from storage.tables import table
from storage.tables.delivery import MassBatchRow

MASS_BATCH = table(MassBatchRow)


@dataclass(frozen=True, slots=True)
class MassBatch:
    """One call to many members with identical bytes."""

    key: str
    route: str
    content: Content
    members: tuple[Departure, ...]
    at: datetime


def mass_batch(route: str, content: Content, members: Sequence[Departure], now: datetime) -> MassBatch:
    """Return the batch of these rows; its key follows from which rows and which tries they are."""
    named = "|".join(f"{one.id}.{one.attempt}" for one in members)
    return MassBatch(
        sha256(f"{route}|{named}".encode()).hexdigest()[:32], route, content, tuple(members), now
    )


def store_batch(c: Connection, batch: MassBatch, owner: str) -> MassBatch:
    """Store the batch and its key; return it with those members that are still in this owner's hands."""
    mine: set[int] = set()
    for part in chunks(batch.members):
        statement = (
            update(OUTBOX)
            .where(
                OUTBOX.c.id.in_([one.id for one in part]),
                OUTBOX.c.state == "sending",
                OUTBOX.c.owner == owner,
                OUTBOX.c.batch_key == "",
            )
            .values(batch_key=batch.key, keyed_at=batch.at, claimed_at=batch.at)
            .returning(OUTBOX.c.id)
        )
        mine.update(c.execute(statement).scalars())
    kept = tuple(replace(one, keyed_at=batch.at) for one in batch.members if one.id in mine)
    if kept:
        document = document_of(batch.content)
        c.execute(
            insert(MASS_BATCH).values(
                key=batch.key,
                route=batch.route,
                digest=sha256(repr(batch.content).encode()).hexdigest(),
                content=document,
                size=len(kept),
                state="sending",
                at=batch.at,
                platform_id="",
                detail="",
            )
        )
    return replace(batch, members=kept)


def close_batch(c: Connection, key: str, outcome: Outcome) -> None:
    """Note what became of the batch; its rows are recorded by `record`."""
    values: dict[str, Any]
    match outcome:
        case Sent():
            values = {"state": "sent", "platform_id": outcome.platform_id}
        case Refused():
            values = {"state": "failed", "detail": f"{outcome.reason} {outcome.detail}"}
        case Postponed() | InDoubt() | _:
            values = {"detail": f"{outcome.reason} {outcome.detail}"}
    c.execute(update(MASS_BATCH).where(MASS_BATCH.c.key == key).values(**values))


def adopt_batches(c: Connection, owner: str, policy: DeliveryPolicy, now: datetime) -> list[MassBatch]:
    """Take over stored batches that wait to be called again while their key protects them.

    Rows come back in the very composition that was stored: the same key must mean the same call.
    """
    by_key: dict[str, list[Any]] = defaultdict(list)
    lost: list[Any] = []
    alive: list[Any] = []
    for row in orphans(c, owner, now, pooled=True):
        (alive if _alive(row, policy, now) else lost).append(row)
    for row in awake(c, alive, policy, now):
        by_key[row.batch_key].append(row)
    give_up(c, lost, now)
    found = []
    for stored in c.execute(select(MASS_BATCH).where(MASS_BATCH.c.key.in_(list(by_key)))):
        members = departures_of(c, by_key[stored.key], owner, policy, now)
        c.execute(
            update(OUTBOX)
            .where(OUTBOX.c.batch_key == stored.key, OUTBOX.c.state == "sending")
            .values(owner=owner, claimed_at=now, attempts=OUTBOX.c.attempts + 1)
        )
        found.append(
            MassBatch(stored.key, stored.route, content_of(stored.content), tuple(members), stored.at)
        )
    return found


def _alive(row: Any, policy: DeliveryPolicy, now: datetime) -> bool:
    route = policy.routes.get(row.route)
    return route is not None and route.batch is not None and route.key_lives(row.keyed_at, now)
