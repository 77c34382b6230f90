"""Referrals as operators look at them: held ones settled, those whom others listen to."""

from datetime import datetime

from sqlalchemy import Connection, select

from bot.domain.commanding.acts import Done
from bot.domain.commanding.playing import AskHeld, AskKoc, HeldReferral, KocPlace, SettleReferral
from storage import alerts, audit, referrals
from storage.commands import people
from storage.commands.orders import Deeds, Given, Looks
from storage.invitations import REFERRAL
from storage.reports import koc

MOST = 20
BEST = 10


def _held(c: Connection, _ask: AskHeld, _now: datetime) -> tuple[HeldReferral, ...]:
    r = REFERRAL.c
    rows = c.execute(
        select(r.member_id, r.inviter_id, r.at, r.flags)
        .where(r.state == referrals.HELD)
        .order_by(r.at)
        .limit(MOST)
    )
    return tuple(HeldReferral(*row) for row in rows)


def _koc(c: Connection, _ask: AskKoc, now: datetime) -> tuple[KocPlace, ...]:
    return tuple(
        KocPlace(one.member_id, one.content, one.referral, one.influence, one.index)
        for one in koc.ranking(c, now, BEST)
    )


def _settle(c: Connection, act: SettleReferral, given: Given) -> Done:
    ids = people.meant(c, act.name)
    if len(ids) != 1:
        several = people.several(c, ids)
        return Done("several" if several else "nobody", count=len(ids), several=several, said=act.name)
    was = referrals.settle(c, ids[0], good=act.good, now=given.now)
    if was != referrals.HELD:
        return Done("not_held", members=tuple(ids))
    if not _held(c, AskHeld(), given.now):
        alerts.clear(c, "referrals", given.now)
    action = "referral.release" if act.good else "referral.refuse"
    audit.note(c, audit.Entry(f"operator:{given.by.signed}", action, act.name), given.now)
    return Done("settled", members=tuple(ids))


LOOKS: Looks = {AskHeld: _held, AskKoc: _koc}
DEEDS: Deeds = {SettleReferral: _settle}
