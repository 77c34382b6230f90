"""Looking at the ledger of messages by state."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from bot.domain.outbox import OutboxState
from storage.outbox.rows import OUTBOX


@dataclass(frozen=True, slots=True)
class Listed:
    """One message as an operator sees it; `at` is when it was claimed, else when it is due."""

    id: int
    key: str
    member_id: int
    template: str
    route: str
    state: str
    reason: str
    at: datetime
    detail: str


def listed(c: Connection, state: OutboxState, most: int) -> list[Listed]:
    """Return the messages in this state, the longest due first."""
    rows = c.execute(
        select(OUTBOX).where(OUTBOX.c.state == state.value).order_by(OUTBOX.c.due_at, OUTBOX.c.id).limit(most)
    )
    return [
        Listed(
            row.id, row.key, row.member_id, row.template, row.route, row.state, row.reason,
            row.claimed_at or row.due_at, row.detail,
        )
        for row in rows
    ]  # fmt: skip


def counts(c: Connection) -> dict[str, int]:
    """Return how many messages are in each state."""
    return dict(c.execute(select(OUTBOX.c.state, func.count()).group_by(OUTBOX.c.state)).all())
