"""The pass over what is due, on both databases."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.domain.effects import AddTag
from bot.domain.events import InboundEvent
from bot.domain.lifecycle.program import Answer, Here
from bot.domain.outbox import OutboxState
from scheduler import lifecycle
from scheduler.lifecycle import run_due
from scheduler.rules.tag import Tag
from storage import bystanders, due, effects
from storage.database import Connection, Database
from storage.tables import table
from storage.tables.lifecycle import EnrollmentStepRow
from storage.tables.members import TagRow
from tests.integration.lifecycle.town import MEMBER, OUTBOX, RUN, Town
from tests.unit.lifecycle.community import rule

DAY = timedelta(days=1)
SERIES = rule(
    "[{id: hi, send: {template: t/hi, via: [reply]}}, {id: w, wait: 1d}, {id: two, send: {template: t/two,"
    " via: [reply]}}, {id: end, tag: {add: [完]}}]"
)
TAG, TRAIL = table(TagRow), table(EnrollmentStepRow)


def tagged(town: Town) -> list[int]:
    return sorted(who for (who,) in town.rows(select(TAG.c.member_id)))


async def test_a_run_walks_through_the_days_and_leaves_a_trail(database: Database) -> None:
    town = Town(database, SERIES)
    town.settle(1)
    town.hear("member.followed", 1)
    assert town.messages() == ["r/1/0/hi#0"]
    town.finish_messages()
    assert await run_due(database, town.book, town.now) == 1
    assert town.runs() == [("r/1/0", "active", "w")]
    assert await run_due(database, town.book, town.now) == 0
    town.now += DAY
    await run_due(database, town.book, town.now)
    assert town.messages() == ["r/1/0/hi#0", "r/1/0/two#0"]
    town.finish_messages()
    await run_due(database, town.book, town.now)
    assert tagged(town) == [1]
    assert town.runs() == [("r/1/0", "done", "end")]
    trail = town.rows(select(TRAIL.c.step, TRAIL.c.state).order_by(TRAIL.c.id))
    assert trail == [("", "entered"), ("hi", "began"), ("hi", "done"), ("w", "began"), ("w", "done"),
                     ("two", "began"), ("two", "done"), ("end", "done"), ("end", "done")]  # fmt: skip


async def test_many_members_are_done_in_pages(database: Database) -> None:
    town = Town(database, SERIES)
    town.settle(45)
    for who in range(1, 46):
        town.hear("member.followed", who)
    town.finish_messages()
    assert await run_due(database, town.book, town.now, page=10) == 45
    assert {step for _, _, step in town.runs()} == {"w"}


async def test_nobody_is_looked_at_when_nothing_is_due(database: Database) -> None:
    town = Town(database, SERIES)
    town.settle(20)
    town.hear("member.followed", 3)
    assert await run_due(database, town.book, town.now) == 0


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


async def test_a_paused_rule_stands_still_and_goes_on_when_it_is_live_again(database: Database) -> None:
    town = Town(database, SERIES)
    town.settle(1)
    town.hear("member.followed", 1)
    town.finish_messages()
    assert await run_due(database, town.book.pausing(["r"]), town.now) == 0
    assert town.runs() == [("r/1/0", "active", "hi")]
    assert await run_due(database, town.book, town.now) == 1
    assert town.runs() == [("r/1/0", "active", "w")]


async def test_a_member_that_is_no_more_is_looked_at_no_more(database: Database) -> None:
    town = Town(database, SERIES)
    town.settle(1)
    town.hear("member.followed", 1)
    town.finish_messages()
    database.transact(lambda c: c.execute(MEMBER.delete()))
    await run_due(database, town.book, town.now)
    assert town.runs() == [("r/1/0", "exited", "hi")]
    assert database.transact(lambda c: due.next_due(c, ["r"])) is None


async def test_who_crosses_a_threshold_is_looked_at_and_nobody_else(database: Database) -> None:
    town = Town(database, rule("[{id: t, tag: {add: [睡]}}]", "{stage: dormant}"))
    town.settle(50)
    for who in (7, 8):
        town.hear("member.message", who, text="你好")
    town.now += 29 * DAY
    town.hear("member.message", 8, text="在")
    assert await run_due(database, town.book, town.now) == 0
    town.now += DAY
    assert await run_due(database, town.book, town.now) == 2
    assert tagged(town) == [7]
    assert town.rows(select(MEMBER.c.id).where(MEMBER.c.stage == "dormant")) == [(7,)]


async def test_the_next_due_moment_is_known(database: Database) -> None:
    town = Town(database, SERIES, "stages: {}\nsegments: {}\n")
    town.settle(1)
    town.hear("member.followed", 1)
    town.finish_messages()
    await run_due(database, town.book, town.now)
    assert database.transact(lambda c: due.next_due(c, ["r"])) == town.now + DAY


async def test_a_run_moved_meanwhile_is_not_moved_again(database: Database) -> None:
    town = Town(database, SERIES)
    town.settle(1)
    town.hear("member.followed", 1)
    town.finish_messages()
    database.transact(lambda c: c.execute(update(RUN).values(state="exited", due_at=town.now)))
    assert await run_due(database, town.book, town.now) == 0
    assert town.runs() == [("r/1/0", "exited", "hi")]


async def test_somebody_elses_event_ends_the_run_that_concerns_them(database: Database) -> None:
    terms = (
        "    exit_on: [{event: order.refunded, of: event.invitee_id, match: {order_id: event.order_id}}]\n"
    )
    entry = "{event: referral.qualified, key: invitee_id}"
    town = Town(database, rule("[{id: w, wait: 7d}]", entry, "    reentry: {mode: every_key}\n" + terms))
    town.settle(3)
    town.hear("referral.qualified", 1, {"invitee_id": "m2", "order_id": "o1"})
    town.hear("referral.qualified", 1, {"invitee_id": "m3", "order_id": "o1"})

    def refund(who: int, order: str) -> int:
        event = InboundEvent(
            f"{who}{order}", "webhook", "order.refunded", town.now, "", properties={"order_id": order}
        )
        return database.transact(lambda c: bystanders.settle(c, town.book, [(event, who)], town.now))

    assert refund(2, "o9") == 0
    assert refund(1, "o1") == 0
    assert refund(2, "o1") == 1
    assert town.runs() == [("r/1/m2", "exited", "w"), ("r/1/m3", "active", "w")]


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
