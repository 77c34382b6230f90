"""Everything that history keeps of one member, for `why`."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from bot.domain.lifecycle.enrollment import Enrollment, Passed
from bot.domain.outbox import OutboxState
from bot.domain.why.life import Edge, Gated, Given, Happening, Life, Push, Score, Stay
from storage.dialect import chunks, listed
from storage.facts import RUNS
from storage.full_pass import alive
from storage.reading import document_decoder, moment_decoder
from storage.snapshots import Wanted, enrollment, load
from storage.tables import table
from storage.tables.delivery import CouponRow, GateRow, OutboxRow
from storage.tables.events import EventRow
from storage.tables.groups import GroupMemberRow, GroupRow
from storage.tables.history import ScoreChangeRow, SegmentChangeRow
from storage.tables.lifecycle import ConfigVersionRow, EnrollmentStepRow
from storage.tables.members import MemberRow, TombstoneRow
from storage.tables.operations import AuditRow

EVENT = table(EventRow)
EDGE = table(SegmentChangeRow)
SCORE = table(ScoreChangeRow)
STAY = table(GroupMemberRow)
GROUP = table(GroupRow)
COUPON = table(CouponRow)
TRAIL = table(EnrollmentStepRow)
OUTBOX = table(OutboxRow)
GATE = table(GateRow)
VERSION = table(ConfigVersionRow)
AUDIT = table(AuditRow)
MEMBER = table(MemberRow)
TOMBSTONE = table(TombstoneRow)
ADOPTED, STOPPED, RELEASED = "config.adopt", "rules.pause", "rules.resume"
LIVE = "live"
Working = Mapping[str, tuple[tuple[datetime, bool], ...]]


def read(c: Connection, member_id: int, wanted: Wanted, now: datetime) -> Life | None:
    """Return a member's life, None when nobody has this number."""
    members = load(c, [member_id], wanted, now, lock=False)
    if member_id not in members:
        return None
    runs = _runs(c, member_id)
    return Life(
        member=members[member_id],
        happenings=_happenings(c, member_id),
        edges=_edges(c, member_id),
        scores=_scores(c, member_id),
        stays=_stays(c, member_id),
        given=_given(c, member_id),
        runs=runs,
        trails=_trails(c, [run.id for run in runs]),
        pushes=_pushes(c, member_id),
        working=working(c),
    )


def unbroken(c: Connection) -> list[int]:
    """Return the members of whose history nothing was forgotten or merged."""
    forgotten = select(TOMBSTONE.c.member_id)
    whole = (alive(), MEMBER.c.id.not_in(forgotten))
    return list(c.execute(select(MEMBER.c.id).where(*whole).order_by(MEMBER.c.id)).scalars())


def working(c: Connection) -> Working:
    """Return from when on each rule worked or rested: configurations in force, brakes pulled."""
    acts = c.execute(
        select(AUDIT.c.at, AUDIT.c.action, AUDIT.c.target)
        .where(AUDIT.c.action.in_((ADOPTED, STOPPED, RELEASED)))
        .order_by(AUDIT.c.id)
    ).all()
    bodies = dict(c.execute(select(VERSION.c.digest, VERSION.c.body)).all())
    live: set[str] = set()
    stopped: set[str] = set()
    found: dict[str, list[tuple[datetime, bool]]] = {}
    for at, action, target in acts:
        was = live - stopped
        if action == ADOPTED:
            live = _live(bodies.get(target, {}))
        else:
            (stopped.add if action == STOPPED else stopped.discard)(target)
        for name in was ^ (live - stopped):
            found.setdefault(name, []).append((at, name not in was))
    return {name: tuple(spans) for name, spans in found.items()}


def _live(body: Mapping[str, Any]) -> set[str]:
    rules = body.get("rules") or {}
    return {name for name, rule in rules.items() if (rule or {}).get("status", LIVE) == LIVE}


def _happenings(c: Connection, member_id: int) -> tuple[Happening, ...]:
    e = EVENT.c
    columns = (e.kind, e.at, e.received_at, e.account, e.key, e.amount, e.properties)
    rows = c.execute(select(*columns).where(e.member_id == member_id).order_by(e.received_at, e.id))
    return tuple(Happening(*row) for row in rows)


def _edges(c: Connection, member_id: int) -> tuple[Edge, ...]:
    e = EDGE.c
    rows = c.execute(select(e.segment, e.inside, e.at).where(e.member_id == member_id).order_by(e.at, e.id))
    return tuple(Edge(*row) for row in rows)


def _scores(c: Connection, member_id: int) -> tuple[Score, ...]:
    s = SCORE.c
    columns = (s.at, s.recency, s.frequency, s.monetary)
    rows = c.execute(select(*columns).where(s.member_id == member_id).order_by(s.at, s.id))
    return tuple(Score(*row) for row in rows)


def _stays(c: Connection, member_id: int) -> tuple[Stay, ...]:
    s = STAY.c
    rows = c.execute(
        select(s.chat, GROUP.c.name, s.joined_at, s.left_at)
        .join(GROUP, GROUP.c.known_as == s.chat)
        .where(s.member_id == member_id)
        .order_by(s.joined_at)
    )
    return tuple(Stay(*row) for row in rows)


def _given(c: Connection, member_id: int) -> tuple[Given, ...]:
    p = COUPON.c
    since = func.coalesce(p.issued_at, p.at)
    columns = (p.batch, p.state, since, p.redeemed_at, p.expires_at)
    mine = (p.member_id == member_id, since.is_not(None))
    return tuple(Given(*row) for row in c.execute(select(*columns).where(*mine).order_by(since, p.id)))


def _runs(c: Connection, member_id: int) -> tuple[Enrollment, ...]:
    moment, document = moment_decoder(c), document_decoder(c)
    rows = list(RUNS.rows(c, ids=listed(c, [member_id])))
    return tuple(enrollment(row, moment, document) for row in reversed(rows))


def _trails(c: Connection, ids: Iterable[str]) -> dict[str, tuple[Passed, ...]]:
    t = TRAIL.c
    found: dict[str, list[Passed]] = {}
    columns = (t.enrollment_id, t.step, t.at, t.state, t.reason)
    for chunk in chunks(ids):
        for row in c.execute(select(*columns).where(t.enrollment_id.in_(chunk)).order_by(t.id)):
            found.setdefault(row[0], []).append(Passed(*row[1:]))
    return {run: tuple(lines) for run, lines in found.items()}


def _pushes(c: Connection, member_id: int) -> tuple[Push, ...]:
    o = OUTBOX.c
    rows = c.execute(select(OUTBOX).where(o.member_id == member_id).order_by(o.id)).all()
    gates = _gates(c, [row.id for row in rows])
    return tuple(
        Push(
            id=row.id,
            key=row.key,
            rule=row.rule,
            step=row.step,
            campaign=row.campaign,
            run=row.enrollment_id,
            template=row.template,
            purpose=row.purpose,
            state=OutboxState(row.state),
            created_at=row.created_at,
            expires_at=row.expires_at,
            reason=row.reason,
            until=row.reason_until,
            route=row.route,
            text=row.text,
            detail=row.detail,
            finished_at=row.finished_at,
            gates=gates.get(row.id, ()),
        )
        for row in rows
    )


def _gates(c: Connection, ids: list[int]) -> dict[int, tuple[Gated, ...]]:
    g = GATE.c
    found: dict[int, list[Gated]] = {}
    columns = (g.outbox_id, g.at, g.verdict, g.reason, g.until)
    for chunk in chunks(ids):
        for row in c.execute(select(*columns).where(g.outbox_id.in_(chunk)).order_by(g.id)):
            found.setdefault(row[0], []).append(Gated(*row[1:]))
    return {outbox_id: tuple(lines) for outbox_id, lines in found.items()}
