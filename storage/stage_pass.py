"""Everybody's stage at once, with the change kept as history."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    Connection,
    MetaData,
    String,
    Table,
    case,
    func,
    literal,
    select,
    true,
    update,
)  # fmt: skip

from bot.domain.conditions import Condition
from bot.domain.events import STAGE_CHANGED
from storage.conditions import where
from storage.dialect import greatest, insert_for
from storage.tables import table
from storage.tables.columns import BIG_ID
from storage.tables.events import EventRow
from storage.tables.members import MemberRow, TallyRow

MEMBER = table(MemberRow)
EVENT = table(EventRow)
TALLY = table(TallyRow)
MOVED = Table(
    "stage_moved", MetaData(),
    Column("member_id", BIG_ID, primary_key=True, autoincrement=False),
    Column("was", String, nullable=False),
    Column("stage", String, nullable=False),
    prefixes=["TEMPORARY"],
)  # fmt: skip


def set_stages(
    connection: Connection, stages: Mapping[str, Condition], alive: ColumnElement[bool], now: datetime
) -> int:
    """Give every member the first stage that holds; return how many that moved."""
    MOVED.drop(connection, checkfirst=True)
    MOVED.create(connection)
    judged = _judged(stages, alive, now)
    connection.execute(
        MOVED.insert().from_select(
            ["member_id", "was", "stage"],
            select(judged.c.member_id, judged.c.was, judged.c.stage).where(judged.c.was != judged.c.stage),
        )
    )
    _note(connection, now)
    moved = connection.execute(
        update(MEMBER)
        .where(MEMBER.c.id.in_(select(MOVED.c.member_id)))
        .values(
            stage=select(MOVED.c.stage).where(MOVED.c.member_id == MEMBER.c.id).scalar_subquery(),
            stage_since=now,
        )
    ).rowcount
    MOVED.drop(connection)
    return moved


def _judged(stages: Mapping[str, Condition], alive: ColumnElement[bool], now: datetime) -> CTE:
    arms = [(where(condition, now), literal(name)) for name, condition in stages.items()]
    stage = case(*arms, else_="") if arms else literal("")
    query = select(MEMBER.c.id.label("member_id"), MEMBER.c.stage.label("was"), stage.label("stage")).where(
        alive
    )
    # Materialised, or the database judges every member twice: once to compare, once to write.
    return query.where(alive).cte("judged").prefix_with("MATERIALIZED")


def _note(connection: Connection, now: datetime) -> None:
    """Keep the changes as events, counted like any other."""
    moment = literal(now, EVENT.c.at.type)
    build = func.json_object if connection.dialect.name == "sqlite" else func.jsonb_build_object
    columns: dict[str, Any] = {
        "member_id": MOVED.c.member_id,
        "kind": literal(STAGE_CHANGED),
        "at": moment,
        "received_at": moment,
        "account": literal("clock"),
        "key": literal(f"stage-pass/{now.isoformat()}"),
        "amount": literal(0),
        "properties": build("stage", MOVED.c.stage, "was", MOVED.c.was),
    }
    connection.execute(EVENT.insert().from_select(list(columns), select(*columns.values())))
    counted = insert_for(connection, TALLY).from_select(
        ["member_id", "kind", "count", "first_at", "last_at", "amount"],
        select(MOVED.c.member_id, literal(STAGE_CHANGED), literal(1), moment, moment, literal(0)).where(
            true()
        ),
    )
    new = counted.excluded
    connection.execute(
        counted.on_conflict_do_update(
            index_elements=["member_id", "kind"],
            set_={
                "count": TALLY.c.count + new.count,
                "last_at": greatest(connection, TALLY.c.last_at, new.last_at),
            },
        )
    )
