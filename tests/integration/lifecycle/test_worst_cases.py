"""Poison, crashes, stops and company: the pass goes on and does nothing twice."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.domain.effects import AddTag
from bot.domain.lifecycle.program import Answer, Here
from bot.domain.outbox import OutboxState
from scheduler import lifecycle
from scheduler.lifecycle import run_due
from scheduler.rules.tag import Tag
from storage import effects
from storage.database import Connection, Database
from storage.tables import table
from storage.tables.lifecycle import EnrollmentStepRow
from storage.tables.members import TagRow
from tests.integration.lifecycle.town import OUTBOX, RUN, Town
from tests.unit.lifecycle.community import rule

DAY = timedelta(days=1)
SERIES = rule(
    "[{id: hi, send: {template: t/hi, via: [reply]}}, {id: w, wait: 1d}, {id: two, send: {template: t/two,"
    " via: [reply]}}, {id: end, tag: {add: [完]}}]"
)
TAG, TRAIL = table(TagRow), table(EnrollmentStepRow)


def tagged(town: Town) -> list[int]:
    return sorted(who for (who,) in town.rows(select(TAG.c.member_id)))


async def test_a_member_whose_rules_fail_is_parked_alone(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = Town(database, rule("[{id: w, wait: 1d}, {id: t, tag: {add: [完]}}]"))
    town.settle(5)
    for who in range(1, 6):
        town.hear("member.followed", who)
    town.now += DAY
    real = Tag.begin

    def poisoned(step: Tag, here: Here) -> Answer:
        if here.member.id == 3:
            raise ValueError("poison")
        return real(step, here)

    monkeypatch.setattr(Tag, "begin", poisoned)
    await run_due(database, town.book, town.now)
    assert tagged(town) == [1, 2, 4, 5]
    assert await run_due(database, town.book, town.now) == 0
    monkeypatch.undo()
    town.now += lifecycle.PARKED_FOR
    await run_due(database, town.book, town.now)
    assert tagged(town) == [1, 2, 3, 4, 5]


async def test_a_member_the_database_refuses_is_parked_alone(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = Town(database, rule("[{id: w, wait: 1d}, {id: t, tag: {add: [完]}}]"))
    town.settle(5)
    for who in range(1, 6):
        town.hear("member.followed", who)
    town.now += DAY
    real = effects.apply

    def refusing(c: Connection, groups: list[list[AddTag]], now: datetime) -> object:
        tags = [effect for group in groups for effect in group if isinstance(effect, AddTag)]
        if any(tag.member_id == 2 for tag in tags):
            raise ValueError("refused")
        return real(c, groups, now)

    monkeypatch.setattr(effects, "apply", refusing)
    await run_due(database, town.book, town.now)
    assert tagged(town) == [1, 3, 4, 5]


async def test_a_crash_between_pages_is_harmless(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town(database, SERIES)
    town.settle(30)
    for who in range(1, 31):
        town.hear("member.followed", who)
    town.finish_messages()
    town.now += DAY
    pages = 0
    real = lifecycle._apply

    def dying(*given: Any) -> None:  # noqa: ANN401  passes on whatever it is given
        nonlocal pages
        real(*given)
        pages += 1
        if pages == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(lifecycle, "_apply", dying)
    with pytest.raises(KeyboardInterrupt):
        lifecycle_pages(database, town, 10)
    monkeypatch.undo()
    assert sorted(step for _, _, step in town.runs()) == ["hi"] * 20 + ["w"] * 10
    await run_due(database, town.book, town.now, page=10)
    town.now += DAY
    await run_due(database, town.book, town.now, page=10)
    assert len(town.messages()) == 60
    assert {step for _, _, step in town.runs()} == {"two"}


def lifecycle_pages(database: Database, town: Town, size: int) -> None:
    for _ in range(3):
        database.transact(lambda c: lifecycle.work(c, town.book, town.now, size))


async def test_two_workers_share_the_work_and_nothing_is_done_twice(any_database_url: str) -> None:
    with Database.open(any_database_url) as one, Database.open(any_database_url) as other:
        town = Town(one, SERIES)
        town.settle(120)
        for who in range(1, 121):
            town.hear("member.followed", who)
        town.finish_messages()
        town.now += DAY
        looked = await asyncio.gather(
            *(run_due(database, town.book, town.now, page=10) for database in (one, other, one, other))
        )
        assert sum(looked) == 120
        town.now += DAY
        for _ in range(2):
            await asyncio.gather(
                *(run_due(database, town.book, town.now, page=7) for database in (one, other))
            )
        assert len(town.messages()) == 240
        lines = town.rows(select(TRAIL.c.enrollment_id, TRAIL.c.step, TRAIL.c.state))
        assert len(lines) == len(set(lines)) == 120 * 6


async def test_a_run_moved_meanwhile_is_not_moved_again(database: Database) -> None:
    town = Town(database, SERIES)
    town.settle(1)
    town.hear("member.followed", 1)
    town.finish_messages()
    database.transact(lambda c: c.execute(update(RUN).values(state="exited", due_at=town.now)))
    assert await run_due(database, town.book, town.now) == 0
    assert town.runs() == [("r/1/0", "exited", "hi")]


async def test_after_a_stop_of_days_what_waited_goes_on_once(database: Database) -> None:
    town = Town(database, SERIES)
    town.settle(3)
    for who in (1, 2, 3):
        town.hear("member.followed", who)
    town.finish_messages()
    await run_due(database, town.book, town.now)
    town.now += 4 * DAY  # the wait of a day ended three days ago
    for _ in range(3):
        await run_due(database, town.book, town.now)
    assert [key for key in town.messages() if "two" in key] == [f"r/{who}/0/two#0" for who in (1, 2, 3)]
    expiries = town.rows(select(OUTBOX.c.expires_at).where(OUTBOX.c.step == "two").distinct())
    assert expiries == [(town.now + 3 * DAY,)]


async def test_a_message_that_expired_during_a_stop_lets_its_run_go_on(database: Database) -> None:
    town = Town(database, SERIES)
    town.settle(1)
    town.hear("member.followed", 1)
    town.now += 4 * DAY
    town.finish_messages(OutboxState.EXPIRED)
    await run_due(database, town.book, town.now)
    assert town.runs() == [("r/1/0", "active", "w")]
