"""The member's own row: columns, attributes, following."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, exists, select, update

from bot.domain.events import Scalar
from storage.dialect import chunks
from storage.tables import table
from storage.tables.members import IdentityRow, MemberRow

MEMBER = table(MemberRow)
IDENTITY = table(IdentityRow)
COLUMNS = ("name", "zone", "birthday", "source")


def refresh_unfollowed(connection: Connection, ids: Iterable[int]) -> None:
    """Keep `member.unfollowed` equal to: has platform addresses and follows through none of them."""
    mine = and_(IDENTITY.c.member_id == MEMBER.c.id, IDENTITY.c.account != "")
    gone = and_(exists().where(mine), ~exists().where(mine, IDENTITY.c.following))
    for chunk in chunks(sorted(set(ids))):
        connection.execute(update(MEMBER).where(MEMBER.c.id.in_(chunk)).values(unfollowed=gone))


def set_following(connection: Connection, words: Mapping[tuple[int, str], bool]) -> None:
    """Set whether members, keyed by id and account, follow."""
    if not words:
        return
    connection.execute(
        update(IDENTITY)
        .where(IDENTITY.c.member_id == bindparam("of_member"), IDENTITY.c.account == bindparam("of_account"))
        .values(following=bindparam("follows")),
        [
            {"of_member": member_id, "of_account": account, "follows": follows}
            for (member_id, account), follows in sorted(words.items())
        ],
    )
    refresh_unfollowed(connection, {member_id for member_id, _ in words})


def set_stages(connection: Connection, stages: Mapping[int, tuple[str, datetime]]) -> None:
    """Set the stage of members and since when."""
    if stages:
        connection.execute(
            update(MEMBER)
            .where(MEMBER.c.id == bindparam("of_member"))
            .values(
                stage=bindparam("new_stage"),
                stage_since=bindparam("new_since", type_=MEMBER.c.stage_since.type),
            ),
            [
                {"of_member": member_id, "new_stage": stage, "new_since": at}
                for member_id, (stage, at) in sorted(stages.items())
            ],
        )


def set_reviews(connection: Connection, reviews: Mapping[int, datetime | None]) -> None:
    """Set when members are to be looked at again."""
    if reviews:
        connection.execute(
            update(MEMBER)
            .where(MEMBER.c.id == bindparam("of_member"))
            .values(review_at=bindparam("new_review", type_=MEMBER.c.review_at.type)),
            [{"of_member": member_id, "new_review": at} for member_id, at in sorted(reviews.items())],
        )


def set_attributes(connection: Connection, values: Mapping[int, Mapping[str, tuple[Scalar, str]]]) -> None:
    """Set attributes per member: name → (value, account it came through); None deletes one."""
    for chunk in chunks(sorted(values)):
        rows = connection.execute(
            select(
                MEMBER.c.id, MEMBER.c.attributes, MEMBER.c.provenance, *(MEMBER.c[name] for name in COLUMNS)
            ).where(MEMBER.c.id.in_(chunk))
        ).mappings()
        changed = [_changed(dict(row), values[row["id"]]) for row in rows]
        if changed:
            connection.execute(
                update(MEMBER)
                .where(MEMBER.c.id == bindparam("of_member"))
                .values({name: bindparam(f"new_{name}", type_=MEMBER.c[name].type) for name in _WRITTEN}),
                changed,
            )


_WRITTEN = ("attributes", "provenance", *COLUMNS)


def _changed(row: dict[str, Any], values: Mapping[str, tuple[Scalar, str]]) -> dict[str, Any]:
    new = {**row, "attributes": dict(row["attributes"]), "provenance": dict(row["provenance"])}
    for name, (value, account) in values.items():
        if name in COLUMNS:
            new[name] = None if value is None else str(value)
        elif value is None:
            new["attributes"].pop(name, None)
        else:
            new["attributes"][name] = value
        if value is None:
            new["provenance"].pop(name, None)
        else:
            new["provenance"][name] = account
    return {"of_member": new["id"], **{f"new_{name}": new[name] for name in _WRITTEN}}
