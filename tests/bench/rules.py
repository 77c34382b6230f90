"""A rule's pass over everybody against hand-written SQL, and a few touched members against a full pass."""

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, text

from bot.app import load
from bot.config import rulebook
from bot.domain.conditions import AllOf, Did, Not
from bot.domain.lifecycle.rulebook import Rulebook
from scheduler import lifecycle
from storage import full_pass
from storage.database import Connection, Database
from tests.bench import population
from tests.bench.figures import Figure, Ratio
from tests.bench.sizes import Size
from tests.whole import ENVIRONMENT, write_config

NAME = "rules"
NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)
SEGMENT = "bought_then_silent"
DAYS = timedelta(days=1)
# Bought within 60 days, but not within the last 30: whom a win-back rule looks for.
SILENT = AllOf((Did("order.paid", within=60 * DAYS), Not(Did("order.paid", within=30 * DAYS))))
# The same by hand, over the same kept numbers and their index.
RAW = """
INSERT INTO membership (segment, member_id, since)
SELECT ?, tally.member_id, ? FROM tally JOIN member ON member.id = tally.member_id
WHERE tally.kind = 'order.paid' AND tally.last_at > ? AND tally.last_at <= ?
  AND member.merged_into IS NULL AND member.erased_at IS NULL
"""


def run(size: Size) -> Iterator[Figure]:
    """Yield seconds a pass, for growing communities."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        config = load(write_config(home, "http://127.0.0.1:9", f"sqlite:///{home}/x.db", {}), ENVIRONMENT)
        book = rulebook(config)
        for members in size.populations:
            file = home / f"{members}.db"
            with Database.open(population.build(file, members, NOW)) as database:
                yield _one_rule(database, file, members, size.rounds)
                yield from _touched(database, book, members, size)
            for part in home.glob(f"{members}.db*"):
                part.unlink()


def _one_rule(database: Database, file: Path, members: int, rounds: int) -> Figure:
    ours: list[float] = []
    raw: list[float] = []
    with closing(sqlite3.connect(file, isolation_level=None)) as peer:
        peer.execute("PRAGMA synchronous=FULL")
        for _ in range(rounds):
            hits = _clear(database)
            began = time.perf_counter()
            found = database.transact(lambda c: full_pass.note_segment(c, SEGMENT, SILENT, NOW))
            ours.append(time.perf_counter() - began)
            hits = _clear(database)
            began = time.perf_counter()
            _raw(peer)
            raw.append(time.perf_counter() - began)
            hits = _clear(database)
            if found != hits or not hits:
                raise RuntimeError(f"the rule found {found}, the hand-written statement {hits}")
    case = f"a rule's pass over {members:,} members, {hits:,} hits written"
    return Figure(NAME, case, "s", ours, "hand-written SQL over the same index", raw, at_most=3)


def _raw(peer: sqlite3.Connection) -> None:
    peer.execute("BEGIN IMMEDIATE")
    peer.execute(RAW, (SEGMENT, _stored(NOW), _stored(NOW - 60 * DAYS), _stored(NOW - 30 * DAYS)))
    peer.execute("COMMIT")


def _stored(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def _clear(database: Database) -> int:
    statement = delete(full_pass.MEMBERSHIP).where(full_pass.MEMBERSHIP.c.segment == SEGMENT)
    return database.transact(lambda c: c.execute(statement).rowcount)


def _touched(database: Database, book: Rulebook, members: int, size: Size) -> Iterator[Figure]:
    """Everything the configuration knows, worked out for everybody and for a few."""
    full: list[float] = []
    few: list[float] = []
    count = min(size.touched, members)
    for turn in range(size.rounds):
        database.transact(_forget_definitions)
        began = time.perf_counter()
        database.transact(lambda c: lifecycle.run_full(c, book, NOW))
        full.append(time.perf_counter() - began)
        database.transact(lambda c, turn=turn: _touch(c, members, count, turn))  # type: ignore[misc]  # mypy gives lambdas with defaults no type
        began = time.perf_counter()
        looked = 0
        while looked < count:
            taken, done = database.transact(lambda c: lifecycle.work(c, book, NOW, lifecycle.PAGE))
            looked += done
            if not taken:
                break
        few.append(time.perf_counter() - began)
        if looked != count:
            raise RuntimeError(f"{looked} of {count} touched members were looked at")
    peer = "the whole configuration worked out for everybody"
    case = f"{count:,} touched of {members:,} members"
    goal = 100.0 if members >= 1_000_000 else None
    yield Figure(NAME, case, "s", few, peer, full, Ratio.PEER_TO_VALUE, at_least=goal)


def _forget_definitions(c: Connection) -> None:
    c.execute(delete(full_pass.CHORE).where(full_pass.CHORE.c.name == full_pass.MEMORY))
    c.execute(text("UPDATE member SET stage = '', stage_since = NULL"))
    c.execute(delete(full_pass.MEMBERSHIP))


def _touch(c: Connection, members: int, count: int, turn: int) -> None:
    """Plan looks as the pass that follows a start would, then let only a few of them be due."""
    c.execute(text("UPDATE member SET review_at = NULL"))
    step = members // count
    c.execute(
        text("UPDATE member SET review_at = :now WHERE id % :step = :turn"),
        {"now": _stored(NOW - timedelta(minutes=1)), "step": step, "turn": turn % step},
    )
