"""How activities stand and who takes part, for operators; opening and closing them by hand."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal, select

from bot.domain.activities import CheckIn, FlashSale, GroupBuy, Lottery, Poll, Referral, Survey
from bot.domain.activities.terms import Activity
from bot.domain.commanding.acts import Done
from bot.domain.commanding.playing import (
    AskActivity,
    AskDraw,
    AskPlayer,
    AskRoster,
    DrawFound,
    PlayerFound,
    Roster,
    Standing,
    SwitchActivity,
)
from storage import audit, opinions, players, switches
from storage.commands import people, scores
from storage.commands.orders import Deeds, Given, Looks
from storage.tables import table
from storage.tables.activities import AnswerRow, DrawEntryRow, DrawRow, PartyMemberRow, PartyRow, ReferralRow
from storage.tables.delivery import CouponRow
from storage.tables.points import CheckInRow

CHECK_IN = table(CheckInRow)
DRAW = table(DrawRow)
ENTRY = table(DrawEntryRow)
REFERRAL = table(ReferralRow)
PARTY = table(PartyRow)
JOINED = table(PartyMemberRow)
ANSWER = table(AnswerRow)
COUPON = table(CouponRow)
NEWEST = 20
NOTHING = "nothing"


def _counted(c: Connection, by: ColumnElement[str], where: ColumnElement[bool]) -> dict[str, int]:
    rows = c.execute(select(by, func.count()).where(where).group_by(by).order_by(by))
    return {str(name): int(count) for name, count in rows}


def _checked_in(c: Connection, _one: Activity) -> Mapping[str, int | str]:
    latest = c.execute(select(func.max(CHECK_IN.c.day))).scalar()
    on_it = select(func.count()).where(CHECK_IN.c.day == latest)
    return {
        "total:members": c.execute(select(func.count(CHECK_IN.c.member_id.distinct()))).scalar_one(),
        "total:last_day": str(latest or "—"),
        "total:on_last_day": c.execute(on_it).scalar_one(),
    }


def _drawn(c: Connection, one: Activity) -> Mapping[str, int | str]:
    mine = ENTRY.c.draw == one.name
    entries = {
        "total:entries": c.execute(select(func.count()).where(mine)).scalar_one(),
        "total:members": c.execute(select(func.count(ENTRY.c.member_id.distinct())).where(mine)).scalar_one(),
    }
    prizes = _counted(c, ENTRY.c.prize, mine & (ENTRY.c.prize != "") & (ENTRY.c.prize != NOTHING))
    return entries | {f"prize:{name}": count for name, count in prizes.items()}


def _brought(c: Connection, _one: Activity) -> Mapping[str, int | str]:
    return {f"referral:{state}": n for state, n in _counted(c, REFERRAL.c.state, literal(value=True)).items()}


def _sold(c: Connection, one: Activity) -> Mapping[str, int | str]:
    if not isinstance(one, FlashSale):
        raise TypeError(f"{type(one).__name__} is no flash sale")
    states = _counted(c, COUPON.c.state, COUPON.c.batch == one.coupon)
    return {f"coupon:{state}": count for state, count in states.items()}


def _bought(c: Connection, one: Activity) -> Mapping[str, int | str]:
    return {
        f"party:{state}": count
        for state, count in _counted(c, PARTY.c.state, PARTY.c.name == one.name).items()
    }


def _voted(c: Connection, one: Activity) -> Mapping[str, int | str]:
    return {f"choice:{choice}": count for choice, count in opinions.votes(c, one.name).items()}


_STANDING: Mapping[type, Callable[[Connection, Activity], Mapping[str, int | str]]] = {
    CheckIn: _checked_in, Lottery: _drawn, Referral: _brought, FlashSale: _sold, GroupBuy: _bought,
    Survey: scores.standing, Poll: _voted,
}  # fmt: skip


def _who(one: Activity) -> Select[Any]:
    """Return a statement for everybody's (member, moment, word)."""
    if isinstance(one, CheckIn):
        return select(CHECK_IN.c.member_id, CHECK_IN.c.at, CHECK_IN.c.day)
    if isinstance(one, Lottery):
        return select(ENTRY.c.member_id, ENTRY.c.at, ENTRY.c.prize).where(ENTRY.c.draw == one.name)
    if isinstance(one, Referral):
        return select(REFERRAL.c.inviter_id, REFERRAL.c.at, REFERRAL.c.state)
    if isinstance(one, FlashSale):
        return select(COUPON.c.member_id, COUPON.c.taken_at, COUPON.c.state).where(
            COUPON.c.batch == one.coupon, COUPON.c.member_id.is_not(None)
        )
    if isinstance(one, GroupBuy):
        return (
            select(JOINED.c.member_id, JOINED.c.at, PARTY.c.state)
            .join(PARTY, PARTY.c.id == JOINED.c.party_id)
            .where(PARTY.c.name == one.name)
        )
    return select(ANSWER.c.member_id, ANSWER.c.at, ANSWER.c.choice).where(ANSWER.c.name == one.name)


def _activity(c: Connection, ask: AskActivity, _now: datetime) -> Standing:
    counts = _STANDING[type(ask.activity)](c, ask.activity)
    return Standing(counts, switches.activities(switches.all_on(c)))


def _roster(c: Connection, ask: AskRoster, _now: datetime) -> Roster:
    everybody = _who(ask.activity)
    total = c.execute(select(func.count()).select_from(everybody.subquery())).scalar_one()
    at = everybody.selected_columns[1]
    newest = c.execute(everybody.order_by(at.desc()).limit(NEWEST))
    return Roster(total, tuple((row[0], row[1], row[2]) for row in newest))


def _player(c: Connection, ask: AskPlayer, now: datetime) -> PlayerFound:
    ids = people.meant(c, ask.name)
    if len(ids) != 1:
        return PlayerFound(several=people.several(c, ids))
    found = players.read(c, ids[0], ask.activity, now)
    return PlayerFound(found, switches.activities(switches.all_on(c)))


def _draw(c: Connection, ask: AskDraw, _now: datetime) -> DrawFound | None:
    row = c.execute(select(DRAW).where(DRAW.c.name == ask.name)).one_or_none()
    if row is None:
        return None
    won = select(ENTRY.c.member_id, ENTRY.c.prize).where(
        ENTRY.c.draw == ask.name, ENTRY.c.prize != "", ENTRY.c.prize != NOTHING
    )
    winners = c.execute(won.order_by(ENTRY.c.number.desc()).limit(NEWEST)).all()
    count = c.execute(select(func.count()).where(ENTRY.c.draw == ask.name)).scalar_one()
    return DrawFound(row.state, count, row.commitment, row.revealed, tuple((m, p) for m, p in winners))


def _switch(c: Connection, act: SwitchActivity, given: Given) -> Done:
    name = f"{switches.ACTIVITY}{act.name}"
    by = f"operator:{given.by.signed}"
    if switches.all_on(c).get(name, "") == act.to:
        return Done("same", names=(act.name,))
    if act.to:
        switches.turn_on(c, name, by, given.now, act.to)
    else:
        switches.turn_off(c, name)
    audit.note(c, audit.Entry(by, f"activity.{act.to or 'own_times'}", act.name), given.now)
    return Done(act.to or "own_times", names=(act.name,))


LOOKS: Looks = {
    AskActivity: _activity, AskRoster: _roster, AskDraw: _draw, AskPlayer: _player,
}  # fmt: skip
DEEDS: Deeds = {SwitchActivity: _switch}
