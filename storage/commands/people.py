"""Members whom operators name, and what they may see of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from bot.domain.commanding.persons import AskLife, AskWho, Found, Profile
from bot.domain.coupons import CouponState
from bot.domain.events import ORDER_PAID
from bot.domain.identity import number_of
from bot.domain.members import Member
from storage import lives, lookup
from storage.commands.orders import Looks
from storage.commands.tables import NOTE
from storage.full_pass import alive
from storage.groups import places
from storage.names import opened_phone
from storage.privacy import NoKeys, Unreadable, mask_phone
from storage.snapshots import NOTHING, load
from storage.tables import table
from storage.tables.delivery import CouponRow
from storage.tables.events import EventRow
from storage.tables.members import IdentityRow, MemberRow

MEMBER = table(MemberRow)
IDENTITY = table(IdentityRow)
COUPON = table(CouponRow)
EVENT = table(EventRow)
MOST = 5


def meant(c: Connection, name: str) -> list[int]:
    """Return whoever answers to a name: as `storage.lookup` has it, ``尾号6688`` or ``@小明``; at most 20."""
    plain = name.strip().removeprefix("@").removeprefix("尾号").strip()
    if not plain:
        return []
    found = lookup.members(c, plain)
    if found:
        return found
    called = select(MEMBER.c.id).where(alive(), MEMBER.c.name == plain).order_by(MEMBER.c.id)
    return list(c.execute(called.limit(lookup.MOST)).scalars())


def several(c: Connection, ids: Iterable[int]) -> tuple[tuple[int, str], ...]:
    """Return members with what tells them apart: the masked phone, else nothing."""
    chosen = sorted(ids)[:MOST]
    phones = _phones(c, chosen)
    return tuple((member_id, phones.get(member_id, "")) for member_id in chosen)


def _who(c: Connection, ask: AskWho, now: datetime) -> list[Profile]:
    ids = meant(c, ask.name)[:MOST]
    members = load(c, ids, NOTHING, now, lock=False)
    phones = _phones(c, ids)
    return [
        _profile(c, members[member_id], phones.get(member_id, ""), ask.history if len(ids) == 1 else 0)
        for member_id in ids
        if member_id in members
    ]


def _profile(c: Connection, member: Member, phone: str, history: int) -> Profile:
    orders = member.tallies.get(ORDER_PAID)
    held = select(func.count()).where(
        COUPON.c.member_id == member.id, COUPON.c.state == CouponState.ISSUED.value
    )
    notes = select(NOTE.c.text).where(NOTE.c.member_id == member.id).order_by(NOTE.c.id.desc()).limit(3)
    return Profile(
        member_id=member.id,
        name=member.name,
        phone=phone,
        stage=member.stage,
        stage_since=member.stage_since,
        known_since=member.known_since,
        source=member.source,
        following=any(link.following for link in member.links),
        tags=tuple(sorted(member.tags)),
        consents={purpose: word.granted for purpose, word in sorted(member.consents.items())},
        orders=orders.count if orders else 0,
        amount=orders.amount if orders else 0,
        last_active_at=member.last_active_at,
        coupons=c.execute(held).scalar_one(),
        notes=tuple(c.execute(notes).scalars()),
        runs=tuple(run.rule for run in member.runs if run.active),
        birthday=member.birthday,
        history=_history(c, member.id, history),
        origins={name: tag.source for name, tag in sorted(member.tags.items())},
        groups=places(c, member.id),
        ties=_ties(c, member.id),
    )


def _ties(c: Connection, member_id: int) -> tuple[str, ...]:
    mine = (IDENTITY.c.member_id == member_id, IDENTITY.c.account != "")
    return tuple(sorted(set(c.execute(select(IDENTITY.c.account).where(*mine)).scalars())))


def _history(c: Connection, member_id: int, most: int) -> tuple[tuple[datetime, str, str], ...]:
    if not most:
        return ()
    rows = c.execute(
        select(EVENT.c.at, EVENT.c.kind, EVENT.c.properties)
        .where(EVENT.c.member_id == member_id)
        .order_by(EVENT.c.at.desc(), EVENT.c.id.desc())
        .limit(most)
    )
    return tuple((row.at, row.kind, _about(row.properties)) for row in rows)


def _about(properties: dict[str, Any]) -> str:
    """Return the one property that says most of what happened."""
    for name in ("text", "tag", "stage", "coupon", "purpose", "event_key", "order_id", "source"):
        if properties.get(name) not in {None, ""}:
            return str(properties[name])[:40]
    return ""


def _phones(c: Connection, ids: Sequence[int]) -> dict[int, str]:
    rows = c.execute(
        select(IDENTITY.c.member_id, IDENTITY.c.cipher).where(
            IDENTITY.c.member_id.in_(ids), IDENTITY.c.cipher.is_not(None)
        )
    )
    found: dict[int, str] = {}
    for member_id, cipher in rows:
        try:
            found[member_id] = mask_phone(opened_phone(c, bytes(cipher), member_id))
        except (Unreadable, NoKeys):
            continue
    return found


def numbers(ids: Iterable[int]) -> str:
    """Return member numbers as people read them."""
    return "、".join(number_of(member_id) for member_id in ids)


def _life(c: Connection, ask: AskLife, now: datetime) -> Found:
    ids = meant(c, ask.name)
    if len(ids) != 1:
        return Found(several=several(c, ids))
    return Found(lives.read(c, ids[0], NOTHING, now))


LOOKS: Looks = {AskWho: _who, AskLife: _life}
