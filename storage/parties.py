"""Groups that buy together: a coupon is set aside for each who joins, and given once the group is full."""

from collections.abc import Sequence
from datetime import datetime
from secrets import choice
from typing import Any

from sqlalchemy import Connection, func, select, update

from bot.domain.activities import GroupBuy
from bot.domain.coupons import CouponClaim, Refusal
from bot.domain.effects import JoinParty, OpenParty
from bot.domain.events import GROUP_BUY_EXPIRED, GROUP_BUY_FILLED, Scalar
from storage import announcements, coupons
from storage.outcomes import Came
from storage.party_places import EXPIRED, FILLED, JOINED, OPEN, PARTY

# Said aloud and typed by hand: no letter that looks like another.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 6


def open_party(connection: Connection, actions: Sequence[OpenParty], now: datetime) -> list[Came]:
    """Begin groups; who is in an open one of the same offer stays there."""
    return [_opened(connection, one, now) for one in actions]


def join(connection: Connection, actions: Sequence[JoinParty], now: datetime) -> list[Came]:
    """Let members join; the one who completes a group fills it.

    Closing an activity keeps anybody from beginning a group, not from completing one: whoever is in it has
    asked their friends already.
    """
    return [_joined(connection, one, now) for one in actions]


def next_expiry(connection: Connection) -> datetime | None:
    """Return when the next open group's time is over."""
    found: datetime | None = connection.execute(
        select(func.min(PARTY.c.expires_at, type_=PARTY.c.expires_at.type)).where(PARTY.c.state == OPEN)
    ).scalar()
    return found


def expire(connection: Connection, now: datetime, limit: int) -> int:
    """End groups that were not filled in time: everything is returned and everybody told."""
    rows = connection.execute(
        select(PARTY)
        .where(PARTY.c.state == OPEN, PARTY.c.expires_at <= now)
        .order_by(PARTY.c.expires_at)
        .limit(limit)
        .with_for_update()
    ).all()
    for row in rows:
        inside = _inside(connection, row.id)
        coupons.give_back(connection, [one.coupon_key for one in inside], now)
        _end(connection, row.id, EXPIRED, now)
        _announce(connection, row, [one.member_id for one in inside], GROUP_BUY_EXPIRED, now)
    return len(rows)


def _opened(connection: Connection, one: OpenParty, now: datetime) -> Came:
    refusal = _busy(connection, one.activity, one.member_id, now)
    if refusal is not None:
        return refusal
    code = "".join(choice(LETTERS) for _ in range(LENGTH))
    key = _key(code, one.member_id)
    refused = _set_aside(connection, one.activity.coupon, key, one.member_id, one.basis, now)
    if refused is not None:
        return Came(refused.value)
    row = {
        "code": code, "name": one.activity.name, "size": one.activity.size, "coupon": one.activity.coupon,
        "joined": 1, "state": OPEN, "at": now, "expires_at": now + one.activity.within, "ended_at": None,
        "group": one.group,
    }  # fmt: skip
    (party_id,) = connection.execute(PARTY.insert().values(row).returning(PARTY.c.id)).one()
    _put_in(connection, party_id, one.member_id, key, now)
    made = connection.execute(select(PARTY).where(PARTY.c.id == party_id)).one()
    return Came(facts=_facts(made, 1))


def _joined(connection: Connection, one: JoinParty, now: datetime) -> Came:
    row: Any = connection.execute(
        select(PARTY).where(PARTY.c.code == one.code).with_for_update()
    ).one_or_none()
    refused = _kept_out(connection, one, row, now)
    if refused is not None:
        return refused
    key = _key(row.code, one.member_id)
    short = _set_aside(connection, row.coupon, key, one.member_id, one.basis, now)
    if short is not None:
        return Came(short.value, _facts(row, row.joined))
    joined = row.joined + 1
    connection.execute(update(PARTY).where(PARTY.c.id == row.id).values(joined=joined))
    _put_in(connection, row.id, one.member_id, key, now)
    facts = _facts(row, joined)
    if joined < row.size:
        return Came(facts=facts)
    inside = _inside(connection, row.id)
    coupons.confirm(connection, [each.coupon_key for each in inside], now)
    _end(connection, row.id, FILLED, now)
    others = [each.member_id for each in inside if each.member_id != one.member_id]
    _announce(connection, row, others, GROUP_BUY_FILLED, now)
    return Came(facts={**facts, "key": key, "batch": row.coupon})


def _kept_out(connection: Connection, one: JoinParty, row: Any, now: datetime) -> Came | None:
    terms = _terms(one.activities, row.name) if row is not None else None
    if row is None or terms is None:
        return Came("unknown")
    inside = (JOINED.c.party_id == row.id, JOINED.c.member_id == one.member_id)
    if connection.execute(select(JOINED.c.party_id).where(*inside)).first() is not None:
        return Came("waits", _facts(row, row.joined))
    if row.state == FILLED:
        return Came("full")
    if row.state == EXPIRED or row.expires_at <= now:
        return Came("expired")
    if terms.requires and terms.requires not in one.did:
        return Came("requires")
    return _busy(connection, terms, one.member_id, now)


def _busy(connection: Connection, terms: GroupBuy, member_id: int, now: datetime) -> Came | None:
    """Return why a member may be in no other group of this offer: they wait in one, or had their share."""
    of_offer = (
        select(PARTY)
        .join(JOINED, JOINED.c.party_id == PARTY.c.id)
        .where(JOINED.c.member_id == member_id, PARTY.c.name == terms.name)
    )
    mine = connection.execute(
        of_offer.where(PARTY.c.state == OPEN, PARTY.c.expires_at > now).order_by(PARTY.c.id)
    ).first()
    if mine is not None:
        return Came("waits", _facts(mine, mine.joined))
    limit = terms.per_member
    if limit is None:
        return None
    had = of_offer.with_only_columns(func.count()).where(PARTY.c.state == FILLED)
    if limit.window is not None:
        had = had.where(PARTY.c.ended_at > now - limit.window)
    return Came(Refusal.LIMIT.value) if connection.execute(had).scalar_one() >= limit.count else None


def _terms(activities: Sequence[GroupBuy], name: str) -> GroupBuy | None:
    return next((each for each in activities if each.name == name), None)


def _set_aside(
    connection: Connection, batch: str, key: str, member_id: int, basis: str, now: datetime
) -> Refusal | None:
    found = coupons.reserve(connection, [CouponClaim(key, batch, member_id, basis)], now)[key]
    return found if isinstance(found, Refusal) else None


def _put_in(connection: Connection, party_id: int, member_id: int, key: str, now: datetime) -> None:
    row = {"party_id": party_id, "member_id": member_id, "at": now, "coupon_key": key}
    connection.execute(JOINED.insert(), row)


def _inside(connection: Connection, party_id: int) -> Sequence[Any]:
    return connection.execute(
        select(JOINED.c.member_id, JOINED.c.coupon_key)
        .where(JOINED.c.party_id == party_id)
        .order_by(JOINED.c.at, JOINED.c.member_id)
    ).all()


def _end(connection: Connection, party_id: int, state: str, now: datetime) -> None:
    connection.execute(update(PARTY).where(PARTY.c.id == party_id).values(state=state, ended_at=now))


def _announce(connection: Connection, row: Any, members: Sequence[int], kind: str, now: datetime) -> None:
    told: list[tuple[str, int, dict[str, Scalar]]] = [
        (
            f"party:{row.code}:{member_id}#{kind}",
            member_id,
            {"activity": row.name, "code": row.code, "size": row.size, "coupon": row.coupon},
        )
        for member_id in members
    ]
    announcements.announce(connection, told, kind, now)


def _facts(row: Any, joined: int) -> dict[str, Scalar]:
    return {
        "activity": row.name,
        "code": row.code,
        "joined": joined,
        "size": row.size,
        "lacks": row.size - joined,
        "ends": row.expires_at.isoformat(),
    }


def _key(code: str, member_id: int) -> str:
    return f"party:{code}:{member_id}"
