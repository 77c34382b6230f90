"""Campaigns and nightly work on a timetable, through stops and with several replicas."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Select, select

from bot.config.problems import Problems
from bot.config.rules import read_campaigns
from bot.domain.lifecycle.campaign import Campaign, Schedule
from scheduler.jobs import CatchUp, Job, Timetable, campaign_job, nightly_scores
from storage.database import Connection, Database
from storage.tables import table
from storage.tables.delivery import OutboxRow
from storage.tables.lifecycle import FiringRow
from storage.tables.members import TallyRow
from tests.integration.lifecycle.town import MEMBER, Town
from tests.unit.lifecycle.community import NOW, SHANGHAI, known_of

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
OUTBOX, FIRING, TALLY = table(OutboxRow), table(FiringRow), table(TallyRow)
DAILY: dict[str, object] = {"every": "1d", "at": "10:00"}


def campaign(schedule: dict[str, object], **more: object) -> Campaign:
    problems = Problems()
    raw: dict[str, Any] = {"digest": {
        "schedule": schedule, "audience": {"tag": "a"},
        "send": {"template": "c/d", "via": ["mass"], "expires": "2d"}, **more,
    }}  # fmt: skip
    found = read_campaigns(raw, known_of({}), problems)
    assert not problems.found, [problem.line() for problem in problems.found]
    return found["digest"]


def crowd(database: Database, inside: int, outside: int = 2) -> Town:
    """Members of whom the first ones are in the audience."""
    town = Town(database, "rules: {}\n")
    town.settle(inside + outside)
    row = {"name": "a", "source": "test", "at": NOW, "expires_at": None}
    tags = [{**row, "member_id": who} for who in range(1, inside + 1)]
    from storage.tables.members import TagRow

    database.transact(lambda c: c.execute(table(TagRow).insert(), tags))
    return town


def read(database: Database, query: Select[Any]) -> list[tuple[Any, ...]]:
    return database.transact(lambda c: [tuple(row) for row in c.execute(query)])


def notes(database: Database) -> list[str]:
    query = select(FIRING.c.note).where(FIRING.c.note != "first seen").order_by(FIRING.c.nominal)
    return [note for (note,) in read(database, query)]


async def test_a_campaign_freezes_its_audience_once(database: Database) -> None:
    crowd(database, 3)
    table_ = Timetable(database, [campaign_job(campaign(DAILY))], SHANGHAI)
    await table_.run_tick(NOW)
    assert await table_.run_tick(NOW + DAY) == 1
    assert await table_.run_tick(NOW + DAY) == 0
    found = read(database, select(OUTBOX.c.key, OUTBOX.c.member_id, OUTBOX.c.campaign, OUTBOX.c.expires_at,
                                  OUTBOX.c.state, OUTBOX.c.via).order_by(OUTBOX.c.key))  # fmt: skip
    assert found == [
        (f"campaign:digest/2026-11-15T02:00/{who}", who, "digest", NOW + 3 * DAY, "queued", ["mass"])
        for who in (1, 2, 3)
    ]
    keys = [key for (key,) in read(database, select(OUTBOX.c.platform_key))]
    assert len(set(keys)) == 3
    assert {len(key) for key in keys} == {32}


async def test_after_a_stop_what_expired_is_marked_and_what_is_wanted_is_sent_once(
    database: Database,
) -> None:
    crowd(database, 2)
    job = campaign_job(campaign(DAILY))
    await Timetable(database, [job], SHANGHAI).run_tick(NOW)
    late = NOW + 4 * DAY + HOUR  # down for more than three days
    restarted = Timetable(database, [job], SHANGHAI)
    assert await restarted.run_tick(late) == 4
    assert notes(database) == ["expired", "expired", "queued 2", "queued 2"]
    assert await Timetable(database, [job], SHANGHAI).run_tick(late) == 0


async def test_a_nightly_job_is_caught_up_once(database: Database) -> None:
    ran: list[datetime] = []

    def run(_connection: Connection, nominal: datetime, _now: datetime) -> str:
        ran.append(nominal)
        return "ran"

    job = Job("nightly", Schedule(), run, CatchUp.LATEST)
    await Timetable(database, [job], SHANGHAI).run_tick(NOW + HOUR)
    await Timetable(database, [job], SHANGHAI).run_tick(NOW + 5 * DAY)
    assert [nominal.astimezone(UTC) for nominal in ran] == [NOW + 5 * DAY]


async def test_replicas_fire_once_together(any_database_url: str) -> None:
    with Database.open(any_database_url) as one, Database.open(any_database_url) as other:
        crowd(one, 5)
        job = campaign_job(campaign(DAILY))
        tables = [Timetable(each, [job], SHANGHAI) for each in (one, other, one)]
        for each in tables:
            await each.run_tick(NOW)
        done = await asyncio.gather(*(each.run_tick(NOW + DAY) for each in tables))
        assert sum(done) == 1
        assert len(read(one, select(OUTBOX.c.key))) == 5


async def test_a_job_that_fails_gives_its_firing_back_and_the_others_go_on(database: Database) -> None:
    working = False

    def run(_connection: Connection, _nominal: datetime, _now: datetime) -> str:
        if not working:
            raise ValueError("broken")
        return "ran"

    jobs = [Job("a", Schedule(), run), Job("b", Schedule(), lambda _c, _n, _t: "fine")]
    timetable = Timetable(database, jobs, SHANGHAI)
    await timetable.run_tick(NOW)
    assert await timetable.run_tick(NOW + DAY) == 1
    working = True
    assert await timetable.run_tick(NOW + DAY) == 1
    assert sorted(notes(database)) == ["fine", "ran"]


async def test_a_campaign_in_draft_writes_to_nobody(database: Database) -> None:
    crowd(database, 2)
    timetable = Timetable(database, [campaign_job(campaign(DAILY, status="draft"))], SHANGHAI)
    await timetable.run_tick(NOW)
    await timetable.run_tick(NOW + DAY)
    assert notes(database) == ["draft"]
    assert read(database, select(OUTBOX.c.key)) == []


async def test_the_next_nominal_time_is_known(database: Database) -> None:
    timetable = Timetable(database, [campaign_job(campaign(DAILY))], SHANGHAI)
    assert await timetable.next_due(NOW + HOUR) == NOW + DAY


@pytest.mark.parametrize("ties", [False, True])
async def test_scores_are_fifths_and_equal_numbers_score_alike(database: Database, ties: bool) -> None:
    town = Town(database, "rules: {}\n")
    town.settle(12)
    rows = [
        {
            "member_id": who, "kind": "order.paid", "count": 1 if ties else who, "first_at": NOW,
            "last_at": NOW + timedelta(days=who), "amount": who * 100,
        }
        for who in range(1, 11)
    ]  # fmt: skip
    database.transact(lambda c: c.execute(TALLY.insert(), rows))
    job = nightly_scores()
    assert database.transact(lambda c: job.run(c, NOW, NOW)) == "moved 10"
    found = town.rows(select(MEMBER.c.rfm_recency, MEMBER.c.rfm_frequency, MEMBER.c.rfm_monetary,
                             MEMBER.c.review_at).order_by(MEMBER.c.id))  # fmt: skip
    fifths = [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert [row[0] for row in found] == [*fifths, None, None]
    assert [row[2] for row in found] == [*fifths, None, None]
    assert len({row[1] for row in found[:10]}) == (1 if ties else 5)
    assert [row[3] for row in found] == [NOW] * 10 + [None] * 2
    assert database.transact(lambda c: job.run(c, NOW, NOW)) == "moved 0"
