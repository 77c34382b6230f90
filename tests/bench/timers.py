"""A moment planned and come, for many members: the due index against APScheduler's SQL store."""

import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import create_engine, event

from storage import due, profile
from storage.database import Connection, Database
from tests.bench import population
from tests.bench.figures import Figure, Ratio
from tests.bench.sizes import Size

NAME = "timers"
NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)
LATER = NOW + timedelta(hours=20)
PAGE = 256
GROUP = 64
_LEFT = threading.Semaphore(0)


def run(size: Size) -> Iterator[Figure]:
    """Yield microseconds to plan a moment and have it come."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        url = population.build(home / "hetang.db", size.timers, NOW)
        ours: list[float] = []
        theirs: list[float] = []
        with Database.open(url) as database:
            for turn in range(size.rounds):
                ours.append(_due_index(database, size.timers))
                theirs.append(_apscheduler(f"sqlite:///{home}/jobs{turn}.db", size.timers_slow))
    peer = "APScheduler, SQLAlchemy store, a job a member"
    yield Figure(
        NAME, "a moment planned and come", "µs", ours, peer, theirs, Ratio.PEER_TO_VALUE, at_least=100
    )


def _due_index(database: Database, count: int) -> float:
    """Plan in groups as the dispatcher does, take and unplan in pages as a pass does."""
    began = time.perf_counter()
    for first in range(1, count + 1, GROUP):
        ids = range(first, min(first + GROUP, count + 1))
        database.transact(lambda c, ids=ids: profile.set_reviews(c, dict.fromkeys(ids, LATER)))  # type: ignore[misc]  # mypy gives lambdas with defaults no type
    come = 0
    while taken := database.transact(_page):
        come += taken
    if come != count:
        raise RuntimeError(f"{come} of {count} moments came")
    return (time.perf_counter() - began) / count * 1e6


def _page(c: Connection) -> int:
    ids = due.take(c, (), LATER, PAGE)
    profile.set_reviews(c, dict.fromkeys(ids, None))
    return len(ids)


def _come(_member: int) -> None:
    _LEFT.release()


def _apscheduler(url: str, count: int) -> float:
    """Add a job a member, then let them all be due at once."""
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def durable(connection: object, _record: object) -> None:
        connection.execute("PRAGMA journal_mode=WAL")  # type: ignore[attr-defined]  # it is sqlite3's connection

    scheduler = BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(engine=engine)},
        executors={"default": ThreadPoolExecutor(4)},
        job_defaults={"misfire_grace_time": None},
        timezone=UTC,
    )
    scheduler.start(paused=True)
    began = time.perf_counter()
    for member in range(count):
        scheduler.add_job(_come, "date", run_date=datetime.now(UTC), args=[member], id=str(member))
    scheduler.resume()
    for _ in range(count):
        if not _LEFT.acquire(timeout=60):
            raise TimeoutError("a job did not come")
    took = (time.perf_counter() - began) / count * 1e6
    scheduler.shutdown()
    engine.dispose()
    return took
