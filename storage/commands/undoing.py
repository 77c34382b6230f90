"""Taking back what was done, as far as it can be, and saying honestly what cannot."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from bot.domain.commanding.acts import Done, Undo
from bot.domain.commanding.plans import SEND
from bot.domain.delivery.reasons import Reason
from storage.commands import plans, tagging
from storage.commands.orders import Deeds, Given
from storage.commands.tables import PLAN
from storage.outbox.rows import OUTBOX
from storage.plan_gates import campaign_of


def _undo(c: Connection, act: Undo, given: Given) -> Done:
    row = _meant(c, act.code, given)
    if row is None:
        return Done("undo_unknown", said=act.code)
    if row.state in {plans.UNDONE, plans.CANCELLED}:
        return Done("undone_already", row.code)
    if row.kind == SEND and row.state in {plans.CONFIRMED, plans.DONE}:
        return _call_back(c, row, given.now)
    if row.state != plans.DONE or not row.back:
        return Done("undo_unknown", said=row.code)
    if row.expires_at <= given.now:
        return Done("undo_late", row.code)
    ids, tags = list(row.back["ids"]), tuple(row.back["tags"])
    changed = tagging.retag(c, ids, tags, given, add=bool(row.back["add"]))
    plans.end(c, row.code, plans.UNDONE, given.now)
    return Done("undone", row.code, count=len({one for one, _ in changed}))


def _meant(c: Connection, code: str, given: Given) -> Any:
    """Return the plan of a code, or without one the operator's newest that can be taken back."""
    if code:
        row = plans.find(c, code)
        return row if row is not None and row.known_as == given.by.known_as else None
    newest = (
        select(PLAN.c.code)
        .where(PLAN.c.known_as == given.by.known_as, PLAN.c.state.in_([plans.DONE, plans.CONFIRMED]))
        .order_by(PLAN.c.at.desc())
        .limit(1)
    )
    found = c.execute(newest).scalar()
    return plans.find(c, found) if found is not None else None


def _call_back(c: Connection, row: Any, now: datetime) -> Done:
    """End what still waits; what left cannot be called back."""
    mine = OUTBOX.c.campaign == campaign_of(row.code)
    stopped = c.execute(
        update(OUTBOX)
        .where(mine, OUTBOX.c.state.in_(["queued", "waiting"]))
        .values(state="skipped", reason=Reason.CANCELLED, finished_at=now)
    ).rowcount
    gone = c.execute(
        select(func.count()).where(mine, OUTBOX.c.state.in_(["sent", "sending", "unknown"]))
    ).scalar_one()
    plans.end(c, row.code, plans.UNDONE, now)
    return Done("called_back", row.code, count=stopped, said=str(gone))


DEEDS: Deeds = {Undo: _undo}
