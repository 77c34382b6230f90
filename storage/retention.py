"""Forgetting what was kept long enough, page by page, the oldest first.

Rows get their numbers in the order of time, so each sweep goes on where the last one ended and looks at what
became old since then only. Counts on the members' profiles stay: what was counted stays counted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, select, update

from bot.domain.events import CONSENT_GRANTED, CONSENT_WITHDRAWN, STAGE_CHANGED
from storage import chores
from storage.books import LAWFUL
from storage.chores import Progress
from storage.dialect import chunks
from storage.outbox.rows import OUTBOX
from storage.tables import table
from storage.tables.delivery import GateRow
from storage.tables.events import EventRow, QuarantineRow
from storage.tables.history import ScoreChangeRow, SegmentChangeRow

EVENT = table(EventRow)
GATE = table(GateRow)
QUARANTINE = table(QuarantineRow)
CROSSED = table(SegmentChangeRow)
SCORED = table(ScoreChangeRow)
PAGE = 2000
# Read back by the stage of a member at a time; small, and without words of anybody.
_STANDING = (STAGE_CHANGED,)
_CONSENTS = (CONSENT_GRANTED, CONSENT_WITHDRAWN)
Row = Any


@dataclass(frozen=True, slots=True)
class Sweep:
    """One table gone through for one kind of what is kept: which moment makes a row old, and what then.

    `clean` gets rows and returns how many it changed.
    """

    name: str
    kept: str
    source: Table
    moment: str
    clean: Callable[[Connection, Sequence[Row]], int]


def page(c: Connection, sweep: Sweep, before: datetime, now: datetime) -> tuple[int, bool]:
    """Clean the next page older than `before`; return how many rows changed, and whether more wait."""
    name = f"retention:{sweep.name}"
    cursor = int(chores.cursor(c, name) or 0)
    rows = _old(c, sweep, before, cursor)
    if not rows:
        return 0, False
    changed = sweep.clean(c, rows)
    chores.keep(c, name, Progress(str(rows[-1].id), changed, 0), now)
    return changed, len(rows) == PAGE


def waiting(c: Connection, sweep: Sweep, before: datetime) -> int:
    """Return how many rows are old enough to be looked at and were not yet; writes nothing."""
    cursor = int(chores.cursor(c, f"retention:{sweep.name}") or 0)
    count = 0
    while rows := _old(c, sweep, before, cursor):
        count += len(rows)
        cursor = rows[-1].id
    return count


def _old(c: Connection, sweep: Sweep, before: datetime, cursor: int) -> Sequence[Row]:
    own = sweep.source.c
    statement = select(sweep.source).where(own.id > cursor).order_by(own.id).limit(PAGE)
    rows = c.execute(statement).all()
    old: list[Row] = []
    for row in rows:
        # The first that is young ends the page: those after it came later.
        if getattr(row, sweep.moment) >= before:
            break
        old.append(row)
    return old


def _words_of_members(c: Connection, rows: Sequence[Row]) -> int:
    """Blank what members said; that they said something stays."""
    said = [row for row in rows if "text" in row.properties]
    for row in said:
        silent = {name: value for name, value in row.properties.items() if name != "text"}
        c.execute(update(EVENT).where(EVENT.c.id == row.id).values(properties=silent))
    return len(said)


def _words_to_members(c: Connection, rows: Sequence[Row]) -> int:
    """Blank what was said to members; that, when and why it was stays."""
    ids = [row.id for row in rows if row.text or row.context or row.detail]
    for chunk in chunks(ids):
        blank = {"text": "", "context": {}, "detail": ""}
        c.execute(
            update(OUTBOX).where(OUTBOX.c.id.in_(chunk), OUTBOX.c.finished_at.is_not(None)).values(blank)
        )
    return len(ids)


def _events(c: Connection, rows: Sequence[Row]) -> int:
    """Drop events, but for those which law wants kept or a stage is read from."""
    gone = [row.id for row in rows if row.kind not in {*LAWFUL, *_STANDING}]
    return _drop(c, EVENT, gone)


def _consent_events(c: Connection, rows: Sequence[Row]) -> int:
    return _drop(c, EVENT, [row.id for row in rows if row.kind in _CONSENTS])


def _all(source: Table) -> Callable[[Connection, Sequence[Row]], int]:
    return lambda c, rows: _drop(c, source, [row.id for row in rows])


def _drop(c: Connection, source: Table, ids: Sequence[int]) -> int:
    for chunk in chunks(ids):
        c.execute(delete(source).where(source.c.id.in_(chunk)))
    return len(ids)


SWEEPS: Mapping[str, Sweep] = {
    one.name: one
    for one in (
        Sweep("said", "messages", EVENT, "received_at", _words_of_members),
        Sweep("told", "messages", OUTBOX, "created_at", _words_to_members),
        Sweep("events", "events", EVENT, "received_at", _events),
        Sweep("edges", "events", CROSSED, "at", _all(CROSSED)),
        Sweep("scores", "events", SCORED, "at", _all(SCORED)),
        Sweep("consents", "consents", EVENT, "received_at", _consent_events),
        Sweep("gates", "logs", GATE, "at", _all(GATE)),
        Sweep("quarantine", "logs", QUARANTINE, "received_at", _all(QUARANTINE)),
    )
}
