"""How everything stands now, as a forecast goes on from it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, func, or_, select

from bot.domain.delivery.policy import DeliveryPolicy
from bot.domain.delivery.routes import REPLY
from bot.domain.delivery.world import Allowance, Counted
from bot.domain.forecast.present import Place, Present, Stock, Waiting
from storage import opinions, switches
from storage.coupon_stock import BATCH, COUPON
from storage.coupon_terms import HELD
from storage.dialect import chunks
from storage.full_pass import MEMBER, alive
from storage.outbox.rows import MESSAGE_COLUMNS, OUTBOX, message_of
from storage.plan_gates import PREFIX, plan_gates
from storage.snapshots import Wanted, load
from storage.tables import table
from storage.tables.contents import ShownRow
from storage.tables.delivery import AllowanceRow
from storage.world import counted_since

ALLOWANCE = table(AllowanceRow)
SHOWN = table(ShownRow)
PENDING = ("queued", "waiting", "sending")
NOTHING: Mapping[Any, Any] = MappingProxyType({})
Steps = Collection[tuple[str, str]]


@dataclass(slots=True)
class _Draft:
    allowances: dict[tuple[str, str], Allowance] = field(default_factory=dict)
    counted: list[Counted] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    promised: dict[tuple[str, str], datetime] = field(default_factory=dict)
    had: dict[str, list[datetime]] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    asked: dict[str, tuple[str, datetime]] = field(default_factory=dict)


def everybody(c: Connection) -> list[int]:
    """Return the numbers of everybody who is there, and of those who were and left, in order."""
    return list(
        c.execute(select(MEMBER.c.id).where(MEMBER.c.merged_into.is_(None)).order_by(MEMBER.c.id)).scalars()
    )


@dataclass(frozen=True, slots=True)
class View:
    """Who looks, and when; `promises` are the (rule, step) of messages whose coupon a keyword claims."""

    wanted: Wanted
    policy: DeliveryPolicy
    promises: Steps
    now: datetime


def present(c: Connection, ids: Iterable[int], view: View) -> Present:
    """Return how these members stand, and what all share; who left is left out."""
    places: list[Place] = []
    here = alive()
    for part in chunks(ids):
        there = list(c.execute(select(MEMBER.c.id).where(MEMBER.c.id.in_(part), here)).scalars())
        places += _places(c, there, view)
    campaigns = {one.message.campaign for place in places for one in place.waiting}
    stocks = {row.name: Stock(row.stock, row.taken) for row in c.execute(select(BATCH))}
    return Present(
        now=view.now,
        places=tuple(places),
        stocks=stocks,
        switches=switches.all_on(c),
        failing=_failing(c),
        plans=plan_gates(c, {name for name in campaigns if name.startswith(PREFIX)}),
        last_id=c.execute(select(func.max(MEMBER.c.id))).scalar() or 0,
        members=len(places),
    )


def _places(c: Connection, ids: Sequence[int], view: View) -> list[Place]:
    members = load(c, ids, view.wanted, view.now, lock=False)
    drafts: dict[int, _Draft] = {member_id: _Draft() for member_id in members}
    _allowances(c, ids, drafts, view.now)
    _counted(c, ids, drafts, view)
    _waiting(c, ids, drafts)
    _promised(c, ids, drafts, view.promises)
    _had(c, ids, drafts)
    _seen(c, ids, drafts)
    _asked(c, ids, drafts)
    return [
        Place(
            member,
            # Most have nothing, and a hundred thousand empty mappings are many.
            draft.allowances or NOTHING,
            tuple(draft.counted),
            tuple(draft.waiting),
            draft.promised or NOTHING,
            {batch: tuple(times) for batch, times in draft.had.items()} if draft.had else NOTHING,
            frozenset(draft.seen),
            draft.asked or NOTHING,
        )
        for member, draft in ((members[member_id], drafts[member_id]) for member_id in sorted(members))
    ]


def _allowances(c: Connection, ids: Sequence[int], drafts: Mapping[int, _Draft], now: datetime) -> None:
    a = ALLOWANCE.c
    open_now = or_(a.expires_at.is_(None), a.expires_at > now)
    for row in c.execute(select(ALLOWANCE).where(a.member_id.in_(ids), open_now)):
        left = Allowance(row.remaining, row.expires_at)
        drafts[row.member_id].allowances[row.route, row.template] = left


def _counted(c: Connection, ids: Sequence[int], drafts: Mapping[int, _Draft], view: View) -> None:
    o = OUTBOX.c
    since = counted_since(view.policy, view.now)
    columns = (o.member_id, o.purpose, o.counted_at, o.route)
    for row in c.execute(select(*columns).where(o.member_id.in_(ids), o.counted_at >= since)):
        drafts[row.member_id].counted.append(Counted(row.purpose, row.counted_at, row.route))


def _waiting(c: Connection, ids: Sequence[int], drafts: Mapping[int, _Draft]) -> None:
    o = OUTBOX.c
    columns = (o.state, o.reason, o.reason_until, *(o[name] for name in MESSAGE_COLUMNS))
    asked = (o.member_id.in_(ids), o.state.in_(PENDING))
    for state, reason, until, *values in c.execute(select(*columns).where(*asked).order_by(o.id)):
        message = message_of(values)
        row = Waiting(message, message.due_at, state == "waiting", reason, until)
        drafts[message.member_id].waiting.append(row)


def _promised(c: Connection, ids: Sequence[int], drafts: Mapping[int, _Draft], promises: Steps) -> None:
    o = OUTBOX.c
    last = func.max(o.finished_at, type_=o.finished_at.type)
    for rule, step in sorted(promises):
        asked = (o.member_id.in_(ids), o.rule == rule, o.step == step, o.state.in_(("sent", "unknown")))
        rows: Any = c.execute(select(o.member_id, last).where(*asked).group_by(o.member_id))
        for member_id, at in rows:
            drafts[member_id].promised[rule, step] = at


def _seen(c: Connection, ids: Sequence[int], drafts: Mapping[int, _Draft]) -> None:
    for member_id, item in c.execute(
        select(SHOWN.c.member_id, SHOWN.c.item).where(SHOWN.c.member_id.in_(ids))
    ):
        drafts[member_id].seen.append(item)


def _asked(c: Connection, ids: Sequence[int], drafts: Mapping[int, _Draft]) -> None:
    for member_id, key, at in opinions.asked_last(c, ids):
        drafts[member_id].asked[opinions.survey_of(key)] = (key, at)


def _had(c: Connection, ids: Sequence[int], drafts: Mapping[int, _Draft]) -> None:
    p = COUPON.c
    asked = (p.member_id.in_(ids), p.state.in_(HELD), p.taken_at.is_not(None))
    for member_id, batch, at in c.execute(select(p.member_id, p.batch, p.taken_at).where(*asked)):
        drafts[member_id].had.setdefault(batch, []).append(at)


def _failing(c: Connection) -> dict[str, float]:
    """Return by route the share of calls that the platform refused for good."""
    o = OUTBOX.c
    asked = (o.route != "", o.route != REPLY, o.state.in_(("sent", "failed")))
    sent: dict[str, dict[str, int]] = {}
    for route, state, count in c.execute(
        select(o.route, o.state, func.count()).where(*asked).group_by(o.route, o.state)
    ):
        sent.setdefault(route, {})[state] = count
    return {route: counts.get("failed", 0) / sum(counts.values()) for route, counts in sent.items()}
