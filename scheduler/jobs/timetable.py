"""Jobs and their firings: each nominal time counts once, and a stop is caught up."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from functools import partial
from zoneinfo import ZoneInfo

import structlog

from bot.domain.errors import StorageUnavailable
from bot.domain.lifecycle.campaign import Campaign, Schedule
from bot.domain.lifecycle.rule import Rule
from scheduler import experiments
from scheduler.campaigns import fire
from scheduler.jobs.nominal import nominal_after
from storage import firings, rfm
from storage.database import Connection, Database

MOST_MISSED = 500

log = structlog.get_logger("jobs")


class CatchUp(StrEnum):
    """What to do with firings missed while the program was down."""

    EACH = "each"  # every one, oldest first; the work itself says what has expired
    LATEST = "latest"  # only the last: its work covers the others


@dataclass(frozen=True, slots=True)
class Job:
    """Work at nominal times. `run` does it inside the transaction of its claim and says what came of it."""

    name: str
    schedule: Schedule
    run: Callable[[Connection, datetime, datetime], str]
    catch_up: CatchUp = CatchUp.LATEST


def campaign_job(campaign: Campaign) -> Job:
    """Return the job of a campaign."""

    def run(connection: Connection, nominal: datetime, now: datetime) -> str:
        return fire(connection, campaign, nominal, now)

    return Job(f"campaign:{campaign.name}", campaign.schedule, run, CatchUp.EACH)


def nightly_scores(at: time = time(3, 30)) -> Job:
    """Return the job that scores recency, frequency and money every night; after a stop once is enough."""

    def run(connection: Connection, _nominal: datetime, now: datetime) -> str:
        return f"moved {rfm.score(connection, now).moved}"

    return Job("rfm", Schedule(at), run)


def nightly_experiments(
    rules: Sequence[Rule], campaigns: Sequence[Campaign] = (), at: time = time(4, 0)
) -> Job:
    """Return the job that names the winners which may name themselves, and shifts arms that are sampled."""

    def run(connection: Connection, _nominal: datetime, now: datetime) -> str:
        ordered = experiments.decide(connection, rules, now)
        return f"ordered {ordered + experiments.decide_pushes(connection, campaigns, now)}"

    return Job("experiments", Schedule(at), run)


@dataclass(slots=True)
class Timetable:
    """Fires jobs whose nominal times have come. Several replicas may run the same one."""

    database: Database
    jobs: Sequence[Job]
    zone: ZoneInfo
    _upcoming: dict[str, datetime | None] = field(default_factory=dict)

    async def run_tick(self, now: datetime) -> int:
        """Do what is due at `now`, missed firings included; return how many were ours to do.

        Raises StorageUnavailable when the database is gone; a job that fails is logged and stays due.
        """
        await self._look_up(now)
        done = 0
        for job in self.jobs:
            nominal = self._upcoming[job.name]
            if nominal is not None and nominal <= now:
                done += await self._fire_all(job, nominal, now)
        return done

    async def next_due(self, now: datetime) -> datetime | None:
        """Return the next nominal time of any job, which may be past; None when there is none."""
        await self._look_up(now)
        return min((each for each in self._upcoming.values() if each is not None), default=None)

    async def _look_up(self, now: datetime) -> None:
        """Learn the first nominal time not done of each job; one seen for the first time starts from now."""
        for job in self.jobs:
            if job.name not in self._upcoming:
                since = await self.database.write(partial(_since, job=job.name, now=now))
                self._upcoming[job.name] = nominal_after(job.schedule, since, self.zone)

    async def _fire_all(self, job: Job, first: datetime, now: datetime) -> int:
        missed = list(self._missed(job, first, now))
        wanted = missed[-1:] if job.catch_up is CatchUp.LATEST else missed
        done = 0
        for nominal in wanted:
            try:
                done += await self.database.write(partial(_do, job=job, nominal=nominal, now=now))
            except StorageUnavailable:
                raise
            except Exception:  # stays due; the other jobs go on
                log.exception("job_failed", job=job.name, nominal=nominal.isoformat())
                self._upcoming[job.name] = nominal
                return done
        self._upcoming[job.name] = nominal_after(job.schedule, max(missed[-1], first), self.zone)
        return done

    def _missed(self, job: Job, first: datetime, now: datetime) -> Iterable[datetime]:
        nominal: datetime | None = first
        for _ in range(MOST_MISSED):
            if nominal is None or nominal > now:
                return
            yield nominal
            nominal = nominal_after(job.schedule, nominal, self.zone)


def _since(connection: Connection, job: str, now: datetime) -> datetime:
    found = firings.high_water(connection, job)
    if found is None:
        firings.claim(connection, job, now, now, "first seen")
    return found or now


def _do(connection: Connection, job: Job, nominal: datetime, now: datetime) -> bool:
    if not firings.claim(connection, job.name, nominal, now):
        return False
    firings.note(connection, job.name, nominal, job.run(connection, nominal, now))
    return True
