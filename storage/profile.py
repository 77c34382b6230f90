"""The member's own row: columns, attributes, following."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, String, and_, bindparam, exists, select, update

from bot.domain import storable
from bot.domain.effects import SetAttributes, SetStage
from bot.domain.events import Scalar
from bot.domain.folding import OWN_COLUMNS
from storage.dialect import chunks
from storage.facts import ever_tied
from storage.reading import stamper
from storage.tables import table
from storage.tables.members import IdentityRow, MemberRow
from storage.writing import Bulk

MEMBER = table(MemberRow)
IDENTITY = table(IdentityRow)
_WRITTEN = ("attributes", "provenance", *OWN_COLUMNS)


def refresh_unfollowed(connection: Connection, ids: Iterable[int]) -> None:
    """Keep `member.unfollowed` equal to: had ties to accounts and follows through none of them."""
    mine = and_(IDENTITY.c.member_id == MEMBER.c.id, IDENTITY.c.account != "", ever_tied())
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
        .values(following=bindparam("follows"), source=IDENTITY.c.account),
        [
            {"of_member": member_id, "of_account": account, "follows": follows}
            for (member_id, account), follows in sorted(words.items())
        ],
    )
    refresh_unfollowed(connection, {member_id for member_id, _ in words})


def set_stages(connection: Connection, changes: Sequence[SetStage]) -> None:
    """Move members to other stages; a member already there stays since when they were."""
    last: dict[int, SetStage] = {}
    for change in changes:
        known = last.get(change.member_id)
        if known is None or known.stage != change.stage:
            last[change.member_id] = change
    stamp = stamper(connection)
    MOVE.run(
        connection,
        [(member_id, last[member_id].stage, stamp(last[member_id].at)) for member_id in sorted(last)],
    )


def set_reviews(connection: Connection, reviews: Mapping[int, datetime | None]) -> None:
    """Set when members are to be looked at again."""
    stamp = stamper(connection)
    REVIEW.run(
        connection,
        [(stamp(at) if at is not None else None, member_id) for member_id, at in sorted(reviews.items())],
    )


def set_attributes(connection: Connection, changes: Sequence[tuple[SetAttributes, str]]) -> None:
    """Set attributes, in order; each change comes with the account it came through."""
    values: dict[int, dict[str, tuple[Scalar, str]]] = {}
    for change, account in changes:
        new = {name: (value, account) for name, value in storable.scalars(change.values).items()}
        values.setdefault(change.member_id, {}).update(new)
    columns = [MEMBER.c[name] for name in ("id", *_WRITTEN)]
    for chunk in chunks(sorted(values)):
        rows = connection.execute(select(*columns).where(MEMBER.c.id.in_(chunk))).mappings()
        changed = [_changed(dict(row), values[row["id"]]) for row in rows]
        if changed:
            connection.execute(
                update(MEMBER)
                .where(MEMBER.c.id == bindparam("of_member"))
                .values({name: bindparam(f"new_{name}", type_=MEMBER.c[name].type) for name in _WRITTEN}),
                changed,
            )


def _changed(row: dict[str, Any], values: Mapping[str, tuple[Scalar, str]]) -> dict[str, Any]:
    new = {**row, "attributes": dict(row["attributes"]), "provenance": dict(row["provenance"])}
    for name, (value, account) in values.items():
        if name in OWN_COLUMNS:
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


def _moving(_: Connection) -> Any:
    stage = bindparam("new_stage", type_=String)
    since = bindparam("new_since", type_=MEMBER.c.stage_since.type)
    mine = MEMBER.c.id == bindparam("of_member")
    return update(MEMBER).where(mine, MEMBER.c.stage != stage).values(stage=stage, stage_since=since)


def _reviewing(_: Connection) -> Any:
    at = bindparam("new_review", type_=MEMBER.c.review_at.type)
    return update(MEMBER).where(MEMBER.c.id == bindparam("of_member")).values(review_at=at)


MOVE = Bulk(_moving, "of_member", "new_stage", "new_since")
REVIEW = Bulk(_reviewing, "new_review", "of_member")
