"""Doing what was shown: by its code, by who was shown it, as it was shown, once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from bot.domain.commanding.acts import Brake, Done
from bot.domain.commanding.plans import (
    RELEASE,
    SEND,
    TAGS,
    Approve,
    Cancel,
    Card,
    Confirm,
    Limits,
    Propose,
    Reschedule,
)
from storage import audiences
from storage.commands import brakes, plans, tagging
from storage.commands.bodies import message_of, plan_of
from storage.commands.orders import Deeds, Given
from storage.commands.proposing import propose, worked_out
from storage.commands.tables import PLAN
from storage.conditions import where
from storage.conditions.document import from_document
from storage.full_pass import MEMBER, alive
from storage.outbox.rows import OUTBOX
from storage.plan_gates import campaign_of

AWAITS = "awaits"
MOVED_TOO_FAR = 0.05
PAGE = 500
Row = Any
_GONE = Done("plan_gone")


def _confirm(c: Connection, act: Confirm, given: Given) -> Done | Card:
    row = plans.find(c, act.code)
    problem = _unfit(row, given)
    if row is None or problem is not None:
        return problem or _GONE
    stale = _stale(c, row, act.versions, act.limits, given)
    if stale is not None:
        return stale
    card = worked_out(c, plan_of(row, given.now), act.limits, given.policy, given.now)
    if card.typed and act.typed != row.size:
        return Done("type_number", row.code, count=row.size)
    if card.second and not row.approved_by:
        c.execute(update(PLAN).where(PLAN.c.code == row.code).values(state=AWAITS))
        return Done("needs_second", row.code, count=row.size)
    return execute(c, row, act.limits, given)


def _approve(c: Connection, act: Approve, given: Given) -> Done | Card:
    row = plans.find(c, act.code)
    if row is None or row.state not in {plans.PROPOSED, AWAITS} or row.expires_at <= given.now:
        return Done("plan_gone", said=act.code)
    if row.known_as == given.by.known_as:
        return Done("approve_own", row.code)
    c.execute(update(PLAN).where(PLAN.c.code == row.code).values(approved_by=given.by.known_as))
    if row.state != AWAITS:
        return Done("approved", row.code)
    stale = _stale(c, row, act.versions, act.limits, given)
    return stale if stale is not None else execute(c, row, act.limits, given)


def _unfit(row: Row | None, given: Given) -> Done | None:
    """Return why this operator cannot confirm the plan now."""
    if row is None or row.known_as != given.by.known_as:
        return _GONE  # another's code tells nothing
    if row.state in {plans.CONFIRMED, plans.DONE, plans.UNDONE}:
        return Done("plan_done_already", row.code)
    if row.state == plans.CANCELLED or row.expires_at <= given.now:
        return Done("plan_gone", row.code, said=row.code)
    return None


def _stale(c: Connection, row: Row, versions: Mapping[str, str], limits: Limits, given: Given) -> Card | None:
    """Return a new card when what was shown is not what would go out: other words, or other people."""
    if row.kind == RELEASE:
        return None
    plan = plan_of(row, given.now)
    changed = row.kind == SEND and versions.get(plan.name, plan.version) != plan.version
    tree = from_document(row.tree)
    now = c.execute(
        select(func.count()).select_from(MEMBER).where(alive(), where(tree, given.now))
    ).scalar_one()
    if not changed and abs(now - row.size) <= row.size * MOVED_TOO_FAR:
        return None
    plans.end(c, row.code, plans.CANCELLED, given.now)
    return propose(c, Propose(plan, limits), given, moved_from=row.size)


def execute(c: Connection, row: Row, limits: Limits, given: Given) -> Done:
    """Do what a plan says, and keep how it is undone."""
    if row.kind == RELEASE:
        found = brakes.release(c, Brake(row.body["name"], on=False), given)
        plans.end(c, row.code, plans.DONE, given.now)
        return found
    tree = from_document(row.tree)
    if row.kind == TAGS:
        return _tag_all(c, row, tree, given)
    start = max(row.starts_at or given.now, given.now + limits.grace)
    name = campaign_of(row.code)
    queued = audiences.queue_for(c, message_of(row.body, name, name, given.now, start), tree, given.now)
    c.execute(
        update(PLAN)
        .where(PLAN.c.code == row.code)
        .values(state=plans.CONFIRMED, starts_at=start, size=queued)
    )
    return Done("plan_confirmed", row.code, count=queued, at=start, names=(row.body["name"],))


def _tag_all(c: Connection, row: Row, tree: Any, given: Given) -> Done:
    tags = tuple(row.body["tags"])
    ids = list(c.execute(select(MEMBER.c.id).where(alive(), where(tree, given.now))).scalars())
    changed: set[int] = set()
    for place in range(0, len(ids), PAGE):
        part = ids[place : place + PAGE]
        changed |= {one for one, _ in tagging.retag(c, part, tags, given, add=row.body["add"])}
    back = {"ids": sorted(changed), "tags": list(tags), "add": not row.body["add"]}
    until = given.now + plans.UNDOABLE
    c.execute(
        update(PLAN)
        .where(PLAN.c.code == row.code)
        .values(state=plans.DONE, back={"kind": "tag", **back}, expires_at=until, ended_at=given.now)
    )
    return Done(
        "tagged_many" if row.body["add"] else "untagged_many", row.code, count=len(changed), names=tags
    )


def _cancel(c: Connection, act: Cancel, given: Given) -> Done:
    mine = (PLAN.c.known_as == given.by.known_as, PLAN.c.state.in_([plans.PROPOSED, AWAITS]))
    newest = select(PLAN.c.code).where(*mine).order_by(PLAN.c.at.desc()).limit(1)
    if act.code:
        newest = newest.where(PLAN.c.code == act.code.upper())
    code = c.execute(newest).scalar()
    if code is None:
        return Done("nothing_to_cancel", said=act.code)
    plans.end(c, code, plans.CANCELLED, given.now)
    return Done("plan_cancelled", code)


def _move(c: Connection, act: Reschedule, given: Given) -> Done:
    row = plans.find(c, act.code)
    if row is None or row.kind != SEND or row.state not in {plans.PROPOSED, AWAITS, plans.CONFIRMED}:
        return Done("plan_gone", said=act.code)
    if row.state == plans.CONFIRMED and row.starts_at is not None and row.starts_at <= given.now:
        return Done("plan_begun", row.code)
    start = max(act.start, given.now)
    c.execute(update(PLAN).where(PLAN.c.code == row.code).values(starts_at=start))
    if row.state == plans.CONFIRMED:
        _shift(c, row, start, given.now)
    return Done("plan_moved", row.code, at=start)


def _shift(c: Connection, row: Row, start: datetime, now: datetime) -> None:
    message = message_of(row.body, "?", "", now, start)
    waiting = (OUTBOX.c.campaign == campaign_of(row.code), OUTBOX.c.state == "queued")
    c.execute(update(OUTBOX).where(*waiting).values(due_at=start, expires_at=message.expires_at))


DEEDS: Deeds = {Confirm: _confirm, Approve: _approve, Cancel: _cancel, Reschedule: _move}
