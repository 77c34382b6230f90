"""A population of members written to the tables as storage keeps it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, insert
from sqlmodel import SQLModel

from bot.domain.members import Holding, Member
from storage.tables import table
from storage.tables.delivery import CouponRow
from storage.tables.events import EventRow
from storage.tables.groups import GroupMemberRow, GroupRow
from storage.tables.members import IdentityRow, MemberRow, TagRow, TallyRow
from tests.condition_cases import GROUPS, NOW

TABLES = (MemberRow, IdentityRow, TagRow, TallyRow, EventRow, CouponRow, GroupMemberRow)


def _rows(member: Member) -> Iterator[SQLModel]:
    score = member.rfm
    yield MemberRow(
        id=member.id,
        stage=member.stage,
        name=member.name,
        zone=member.zone,
        birthday=member.birthday,
        source=member.source,
        attributes=dict(member.attributes),
        known_since=member.known_since,
        unfollowed=member.unfollowed,
        rfm_recency=score.recency if score else None,
        rfm_frequency=score.frequency if score else None,
        rfm_monetary=score.monetary if score else None,
    )
    mine = member.id
    for link in member.links:
        name = f"{link.account}:{link.address}"
        yield IdentityRow(
            member_id=mine,
            known_as=name,
            account=link.account,
            following=link.following,
            since=link.since,
            source=link.account,
        )
    for tag in member.tags.values():
        yield TagRow(member_id=mine, name=tag.name, at=tag.at, expires_at=tag.expires_at)
    for kind, tally in member.tallies.items():
        yield TallyRow(
            member_id=mine, kind=kind, count=tally.count, first_at=tally.first_at, last_at=tally.last_at
        )
    for kind, times in member.moments.items():
        for at in times:
            yield EventRow(member_id=mine, kind=kind, at=at, received_at=NOW)
    yield from _places(member)
    for held in member.holdings.values():
        yield from _coupons(member, held)


def _places(member: Member) -> Iterator[SQLModel]:
    """The groups the member is in, and one that they left."""
    for group in member.groups:
        yield GroupMemberRow(member_id=member.id, chat=group, account=group.partition(":")[0], joined_at=NOW)
    if "groups:r1" not in member.groups:
        yield GroupMemberRow(
            member_id=member.id, chat="groups:r1", account="groups", joined_at=NOW, left_at=NOW
        )


def _coupons(member: Member, held: Holding) -> Iterator[SQLModel]:
    """The coupon held, and one of the same batch from the day before which must not count any more."""
    for state, at in (("revoked", held.at - timedelta(days=1)), (held.state, held.at)):
        code = f"{member.id}{held.batch}{state}{at}"
        yield CouponRow(
            member_id=member.id, batch=held.batch, state=state, at=at, expires_at=held.expires_at, code=code
        )


def store(connection: Connection, population: Sequence[Member]) -> None:
    rows: dict[type[SQLModel], list[dict[str, Any]]] = {model: [] for model in TABLES}
    for member in population:
        for row in _rows(member):
            columns = table(type(row)).c.keys()
            values = {name: getattr(row, name) for name in columns}
            rows[type(row)].append({k: v for k, v in values.items() if k != "id" or v is not None})
    connection.execute(table(GroupRow).delete())
    known = [
        {"known_as": one, "account": one.partition(":")[0], "name": name} for one, name in GROUPS.items()
    ]
    plain = {"owner": "", "version": "", "dismissed": False, "since": NOW}
    connection.execute(insert(table(GroupRow)), [{**one, **plain} for one in known])
    for model in TABLES:
        connection.execute(table(model).delete())
        if rows[model]:
            connection.execute(insert(table(model)), rows[model])
