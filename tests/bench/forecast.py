"""A replicate of a forecast over thirty days: seconds and memory, and whether they grow with the members."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bot.app import load
from bot.config import rulebook
from bot.opening import open_database
from scheduler import lifecycle
from storage.database import Connection
from storage.tables import table
from storage.tables.members import ConsentRow
from tests.bench import population
from tests.bench.figures import Figure
from tests.bench.processes import megabytes
from tests.bench.sizes import Size
from tests.whole import ENVIRONMENT, ROOT, write_config

NAME = "forecast"
NOW = datetime(2026, 11, 1, 2, tzinfo=UTC)
CONSENT = table(ConsentRow)
# Three in five want marketing, as in the demo.
GRANTING = 5, 3
MOST_ROUNDS = 3
# Growth is linear when a member of the larger community costs no more than this times one of the smaller.
LINEAR = 1.3
EVERY_S = 0.2
Seen = dict[str, float]


def run(size: Size) -> Iterator[Figure]:
    """Yield seconds and megabytes of one replicate, against a quarter of the community scaled up."""
    large = size.populations[:2][-1]
    small = large // 4 or large
    seen: dict[int, list[Seen]] = {small: [], large: []}
    with tempfile.TemporaryDirectory() as folder:
        configs = {members: _settled(Path(folder), members) for members in seen}
        for _ in range(min(size.rounds, MOST_ROUNDS)):
            for members, config in configs.items():
                seen[members].append(_foretold(config))
    times = large / small
    case = f"30 days of {large:,} members, {seen[large][0]['messages']:,.0f} messages"
    played = [one["played_s"] for one in seen[large]]
    scaled = [one["played_s"] * times for one in seen[small]]
    yield Figure(NAME, case, "s", played, f"{small:,} members, times {times:g}", scaled, at_most=LINEAR)
    read = [one["read_s"] for one in seen[large]]
    yield Figure(NAME, f"{case}: reading them first", "s", read)
    yield Figure(NAME, f"{case}: memory in all", "MB", [one["memory_mb"] for one in seen[large]])


def _settled(folder: Path, members: int) -> Path:
    """Make a community whose stages are set and return its configuration."""
    home = folder / str(members)
    home.mkdir()
    url = population.build(home / "members.db", members, NOW)
    config = write_config(home, "http://127.0.0.1:9", url, {})
    loaded = load(config, ENVIRONMENT)
    with open_database(loaded) as database:
        database.transact(lambda c: _grant(c, members))
        database.transact(lambda c: lifecycle.run_full(c, rulebook(loaded), NOW))
    return config


def _grant(c: Connection, members: int) -> None:
    of, granting = GRANTING
    rows = [
        {
            "member_id": number,
            "purpose": "marketing",
            "granted": True,
            "basis": "keyword",
            "proof": "",
            "at": NOW,
        }
        for number in range(1, members + 1)
        if number % of < granting
    ]
    c.execute(CONSENT.insert(), rows)


def _foretold(config: Path) -> Seen:
    """Return what one replicate took, in a process of its own so that its memory is its own."""
    command = [sys.executable, "-m", "tests.bench.peers.forecaster", str(config), NOW.isoformat()]
    with tempfile.TemporaryFile("w+") as told:
        process = subprocess.Popen(command, cwd=ROOT, stdout=told)
        most = 0.0
        while process.poll() is None:
            most = max(most, megabytes(process.pid))
            time.sleep(EVERY_S)
        if process.returncode:
            raise RuntimeError(f"the forecast ended with {process.returncode}")
        told.seek(0)
        return {**json.load(told), "memory_mb": most}
