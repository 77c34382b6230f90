"""The pass over what is due, on both databases."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot.domain.events import InboundEvent
from scheduler.lifecycle import run_due
from storage import bystanders, due
from storage.database import Database
from storage.tables import table
from storage.tables.lifecycle import EnrollmentStepRow
from storage.tables.members import TagRow
from tests.integration.lifecycle.town import MEMBER, Town
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


async def test_a_paused_rule_stands_still_and_goes_on_when_it_is_live_again(database: Database) -> None:
    town = Town(database, SERIES)
    town.settle(1)
    town.hear("member.followed", 1)
    town.finish_messages()
    assert await run_due(database, town.book.ordered_to(["r"], {}), town.now) == 0
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
