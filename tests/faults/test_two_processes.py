"""Two whole programs on one PostgreSQL: no message twice, no firing twice, and either goes on alone."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.app import load
from scheduler.jobs import nominal_after
from storage import firings
from storage.outbox import DEAD_AFTER
from tests.faults.lives import nursery
from tests.faults.town import UNKEYED, campaign, town, wall_now, write_config
from tests.whole import ENVIRONMENT

MEMBERS = 1000
RATE = 300
GONE_S = 10.0


def turns(config: Path, now: datetime) -> int:
    """How many turns the fortnightly campaign had within the month."""
    loaded = load(config, ENVIRONMENT)
    at: datetime | None = now - timedelta(days=30)
    count = -1
    while at is not None and at <= now:
        count += 1
        at = nominal_after(loaded.campaigns["digest"].schedule, at, loaded.app.zone)
    return count


@pytest.mark.timeout(120)
async def test_two_programs_share_a_campaign_and_the_one_left_finishes_it(
    tmp_path: Path, postgres_url: str
) -> None:
    async with town(postgres_url) as here:
        kept = frozenset({"campaigns"})
        config = write_config(tmp_path, here.platform.url, postgres_url, f"{RATE}/s", kept)
        now = wall_now()
        members = here.people(MEMBERS, now)
        here.queue(campaign(members, [], now, 1))
        for job in ("rfm", "campaign:digest"):
            # As if both had been stopped for a month: what was missed is caught up, by one of them.
            month_ago = now - timedelta(days=30)
            here.database.transact(lambda c, job=job, at=month_ago: firings.claim(c, job, at, at))  # type: ignore[misc]  # lambdas have no types
        with nursery(config) as one, nursery(config) as other:
            await asyncio.gather(one.begin("everything"), other.begin("everything"))
            await asyncio.gather(one.ready(), other.ready())
            ends = time.monotonic() + 60
            while here.unfinished() > MEMBERS / 2:
                assert time.monotonic() < ends, here.states()
                await asyncio.sleep(0.05)
            owners = {row.owner for row in here.rows() if row.state == "sent"}
            one.kill()
            killed_at = time.monotonic()
            while here.unfinished():
                assert time.monotonic() < killed_at + 60, here.states()
                await asyncio.sleep(0.1)
            took = time.monotonic() - killed_at
        rows = here.rows()
        told = {route: here.arrived(route) for route in ("customer_service", "template_message")}
        print(f"{len(rows)} sends shared by {len(owners)}; the one left was done {took:.1f} s after the kill")
        assert len(owners) == 2, "one program did everything"
        assert all(set(found.values()) == {1} for found in told.values())
        assert told["template_message"].total() == MEMBERS
        unknown = sum(row.state == "unknown" for row in rows)
        assert {row.via[0] for row in rows if row.state == "unknown"} <= set(UNKEYED)
        assert told["customer_service"].total() >= MEMBERS - unknown
        # The dead one's rows are waited for first, and then there may be calls left at the account's rate.
        assert DEAD_AFTER.total_seconds() < GONE_S
        assert took <= GONE_S + MEMBERS / 2 / RATE + 2
        fired = here.database.transact(
            lambda c: c.execute(text("SELECT job, count(*) FROM firing GROUP BY job ORDER BY job")).all()
        )
        # The month-old firing itself, each turn of the campaign missed since, and one night's scores for all.
        # What never ran before begins now, for both.
        begun = {"koc": 1, "points_notice": 1}
        expected = {"campaign:digest": 1 + turns(config, now), "rfm": 2, **begun}
        assert {row[0]: row[1] for row in fired} == expected
        assert here.platform.world.record.violations == []
