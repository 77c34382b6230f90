"""Writing down what the gates held or dropped, so that `why` can tell."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, insert, literal_column, update

from bot.domain.delivery.policy import DeliveryPolicy
from bot.domain.delivery.verdict import Drop, Hold, Verdict
from storage.dialect import insert_new
from storage.outbox.ending import wake_runs
from storage.outbox.rows import OUTBOX
from storage.outbox.standing import Due
from storage.reading import stamped
from storage.tables import table
from storage.tables.delivery import GateRow
from storage.tables.lifecycle import HandoffRow
from storage.writing import Change

GATE = table(GateRow)
HANDOFF = table(HandoffRow)
# A row held until this very moment would be looked at again without end.
SOONEST = timedelta(milliseconds=1)


def stop(
    c: Connection, stopped: Sequence[tuple[Due, Verdict]], policy: DeliveryPolicy, now: datetime
) -> None:
    """Postpone what is held, end what is dropped, and keep a trail of both."""
    held = [(row, verdict) for row, verdict in stopped if isinstance(verdict, Hold)]
    dropped = [(row, verdict) for row, verdict in stopped if isinstance(verdict, Drop)]
    _HOLD.many(c, [_held(c, row, verdict, now) for row, verdict in held])
    at = stamped(c, now)
    _DROP.many(
        c,
        [
            {"row": row.id, "into": verdict.state.value, "why": str(verdict.reason), "at": at}
            for row, verdict in dropped
        ],
    )
    trail = [
        {
            "row": row.id,
            "at": at,
            "found": "hold",
            "why": str(verdict.reason),
            "until": _until(c, verdict, now),
        }
        for row, verdict in held
        if row.reason != verdict.reason
    ]
    trail += [
        {"row": row.id, "at": at, "found": "drop", "why": str(verdict.reason), "until": None}
        for row, verdict in dropped
    ]
    _TRAIL.many(c, trail)
    _hand_off(c, [row for row, verdict in dropped if verdict.handoff], policy, now)
    wake_runs(c, [row.message.key for row, _ in dropped], now)


def _until(c: Connection, verdict: Hold, now: datetime) -> Any:
    return stamped(c, max(verdict.until, now + SOONEST))


def _held(c: Connection, row: Due, verdict: Hold, now: datetime) -> dict[str, Any]:
    return {
        "row": row.id,
        "into": "waiting" if verdict.waiting else "queued",
        "why": str(verdict.reason),
        "until": _until(c, verdict, now),
    }


def _hand_off(c: Connection, rows: Sequence[Due], policy: DeliveryPolicy, now: datetime) -> None:
    insert_new(
        c,
        HANDOFF,
        [
            {
                "key": f"unreachable:{row.message.key}",
                "member_id": row.message.member_id,
                "queue": policy.unreachable_queue,
                "note": row.message.template,
                "context": dict(row.message.context),
                "at": now,
                "due_at": None,
                "state": "open",
                "taken_by": "",
                "closed_at": None,
            }
            for row in rows
        ],
        ["key"],
    )


_QUEUED: ColumnElement[str] = literal_column("'queued'")
_HOLD = Change(
    lambda _c: (
        update(OUTBOX)
        .where(OUTBOX.c.id == bindparam("row"), OUTBOX.c.state == _QUEUED)
        .values(
            state=bindparam("into"),
            due_at=bindparam("until"),
            reason=bindparam("why"),
            reason_until=bindparam("until"),
        )
    )
)
_DROP = Change(
    lambda _c: (
        update(OUTBOX)
        .where(OUTBOX.c.id == bindparam("row"), OUTBOX.c.state == _QUEUED)
        .values(state=bindparam("into"), reason=bindparam("why"), finished_at=bindparam("at"))
    )
)
_TRAIL = Change(
    lambda _c: insert(GATE).values(
        outbox_id=bindparam("row"),
        at=bindparam("at"),
        verdict=bindparam("found"),
        reason=bindparam("why"),
        until=bindparam("until"),
    )
)
