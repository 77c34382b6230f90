"""What history keeps of members, as a forecast draws behaviour from it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, or_, select

from bot.domain import programs
from bot.domain.delivery.routes import REPLY
from bot.domain.events import (
    BIND_TRIED,
    COMMANDED,
    COMPLAINT_CLOSED,
    COMPLAINT_OPENED,
    COUPON_EXPIRED,
    COUPON_ISSUED,
    COUPON_REDEEMED,
    IDENTIFIED,
    IMPORTED,
    ORDER_PAID,
    QUIET_IN_GROUP,
    REFERRAL_QUALIFIED,
    STAGE_CHANGED,
    TAG_ADDED,
    TAG_REMOVED,
    UNFOLLOWED,
)
from bot.domain.forecast.past import Deed, Past, Piece, Pushed, Record, Used
from bot.domain.words import plain
from storage.dialect import chunks
from storage.forecasting.arrivals import arrivals
from storage.tables import table
from storage.tables.delivery import CouponRow, OutboxRow
from storage.tables.events import EventRow
from storage.tables.members import MemberRow, TombstoneRow

EVENT = table(EventRow)
MEMBER = table(MemberRow)
OUTBOX = table(OutboxRow)
COUPON = table(CouponRow)
TOMBSTONE = table(TombstoneRow)
# What follows from other events is not done again by itself: the rules and handlers do it.
DERIVED = frozenset({
    STAGE_CHANGED, TAG_ADDED, TAG_REMOVED, COUPON_ISSUED, COUPON_EXPIRED, QUIET_IN_GROUP, IMPORTED, COMMANDED,
    BIND_TRIED, COMPLAINT_CLOSED, UNFOLLOWED,
})  # fmt: skip
WON = frozenset({COUPON_ISSUED, REFERRAL_QUALIFIED})
BY_ACTIVITY = ("#draw#coupon", "#exchange", "party:")
LONGEST = timedelta(days=90)
ARRIVALS = timedelta(days=28)
CLOCK = "clock"
OVER = ("redeemed", "expired", "refunded")
COUPON_WORDS = frozenset({"coupon_code", "coupon_id"})


@dataclass(slots=True)
class _Draft:
    row: Any
    arrived: bool = True
    deeds: list[tuple[datetime, Deed]] = field(default_factory=list)
    stages: list[tuple[datetime, str]] = field(default_factory=list)
    pushes: list[Pushed] = field(default_factory=list)
    coupons: list[Any] = field(default_factory=list)
    left_at: datetime | None = None


def read(
    c: Connection, ids: Sequence[int], now: datetime, zone: ZoneInfo, over: Collection[str] = ()
) -> Record:
    """Return the history of these members, and how many came day by day among all.

    At most 90 days, without whatever somebody was forgotten for, and without the plain words to activities
    that are `over`: nobody says them again.
    """
    first = c.execute(select(func.min(EVENT.c.received_at))).scalar()
    since = max(now - LONGEST, first) if first is not None else now
    drafts = _members(c, ids)
    for part in chunks(ids):
        _events(c, part, since, drafts, frozenset(over))
        _pushes(c, part, since, drafts)
        _coupons(c, part, since, drafts)
        _departures(c, part, drafts)
    pasts = tuple(_past(draft) for draft in drafts.values())
    return Record(since, now, pasts, arrivals(c, max(since, now - ARRIVALS), now, zone))


def _members(c: Connection, ids: Sequence[int]) -> dict[int, _Draft]:
    m = MEMBER.c
    columns = (m.id, m.known_since, m.zone, m.birthday, m.attributes)
    found: dict[int, _Draft] = {}
    for part in chunks(ids):
        for row in c.execute(select(*columns).where(m.id.in_(part)).order_by(m.id)):
            found[row.id] = _Draft(row)
    return found


def _events(
    c: Connection, ids: Iterable[int], since: datetime, drafts: Mapping[int, _Draft], over: frozenset[str]
) -> None:
    e = EVENT.c
    columns = (e.member_id, e.kind, e.at, e.account, e.key, e.amount, e.properties)
    rows = c.execute(select(*columns).where(e.member_id.in_(ids), e.at >= since).order_by(e.at, e.id))
    for member_id, kind, at, account, key, amount, properties in rows:
        draft = drafts[member_id]
        if kind == STAGE_CHANGED:
            if not draft.stages and at > draft.row.known_since:
                draft.stages.append((draft.row.known_since, str(properties.get("was", ""))))
            draft.stages.append((at, str(properties.get("stage", ""))))
        elif kind == IMPORTED:
            draft.arrived = False
        elif _of_their_own(kind, account, key, properties):
            said = dict(properties)
            text = str(said.pop("text", ""))
            if over and plain(text) in over:
                continue
            traits = _traits(draft.row) if kind == IDENTIFIED else {}
            draft.deeds.append((at, Deed(kind, account, text, said, amount, traits)))


def _of_their_own(kind: str, account: str, key: str, properties: Mapping[str, Any]) -> bool:
    """Tell whether this came from outside, not from what handlers and rules made of something else."""
    if kind == COMPLAINT_OPENED and properties.get("by") == "model":
        return True  # the model hears only what is really said
    if kind in WON:  # by activities: it depends on others and on chance, so it is drawn and not played
        return kind == REFERRAL_QUALIFIED or any(mark in key for mark in BY_ACTIVITY)
    return kind not in DERIVED and account != CLOCK and "#" not in key


def _traits(row: Any) -> dict[str, Any]:
    known = {"birthday": row.birthday, "zone": row.zone, **row.attributes}
    return {name: one for name, one in known.items() if one is not None}


def _pushes(c: Connection, ids: Iterable[int], since: datetime, drafts: Mapping[int, _Draft]) -> None:
    o = OUTBOX.c
    columns = (o.member_id, o.finished_at, o.rule, o.campaign, o.step, o.purpose, o.coupon)
    asked = (o.member_id.in_(ids), o.state == "sent", o.route != REPLY, o.finished_at >= since)
    named = or_(o.rule != "", o.campaign != "")
    rows = c.execute(select(*columns).where(*asked, named).order_by(o.finished_at, o.id))
    for member_id, at, rule, campaign, step, purpose, coupon in rows:
        program = programs.of_either(rule, campaign)
        keyword = (coupon or {}).get("claim_keyword", "")
        drafts[member_id].pushes.append(Pushed(at, program, step, purpose, bool(coupon), keyword))


def _coupons(c: Connection, ids: Iterable[int], since: datetime, drafts: Mapping[int, _Draft]) -> None:
    p = COUPON.c
    columns = (p.member_id, p.batch, p.issued_at, p.redeemed_at, p.order_id)
    asked = (p.member_id.in_(ids), p.state.in_(OVER), p.issued_at >= since)
    for row in c.execute(select(*columns).where(*asked).order_by(p.issued_at, p.id)):
        drafts[row.member_id].coupons.append(row)


def _departures(c: Connection, ids: Iterable[int], drafts: Mapping[int, _Draft]) -> None:
    t = TOMBSTONE.c
    left = select(t.member_id, func.min(t.erased_at, type_=t.erased_at.type)).group_by(t.member_id)
    for member_id, at in c.execute(left.where(t.member_id.in_(ids))):
        drafts[member_id].left_at = at


def _past(draft: _Draft) -> Past:
    row = draft.row
    if draft.left_at is not None:  # what is left of them is no measure of what they did
        return Past(row.id, row.known_since, draft.arrived, left_at=draft.left_at)
    used, taken = _used(draft)
    return Past(
        member_id=row.id,
        known_since=row.known_since,
        arrived=draft.arrived,
        deeds=tuple((at, deed) for place, (at, deed) in enumerate(draft.deeds) if place not in taken),
        stages=tuple(draft.stages),
        pushes=tuple(draft.pushes),
        used=used,
        traits=_traits(row),
    )


def _used(draft: _Draft) -> tuple[tuple[Used, ...], set[int]]:
    """Return the coupons whose end is known, and the places of the deeds by which they were used."""
    found: list[Used] = []
    taken: set[int] = set()
    for coupon in draft.coupons:
        if coupon.redeemed_at is None:
            found.append(Used(coupon.batch, None))
            continue
        places = [
            place
            for place, (_, deed) in enumerate(draft.deeds)
            if deed.kind in {ORDER_PAID, COUPON_REDEEMED}
            and coupon.order_id
            and deed.properties.get("order_id") == coupon.order_id
        ]
        taken.update(places)
        begin = coupon.redeemed_at
        piece: Piece = tuple((draft.deeds[place][0] - begin, draft.deeds[place][1]) for place in places)
        found.append(Used(coupon.batch, begin - coupon.issued_at, piece))
    return tuple(found), taken
