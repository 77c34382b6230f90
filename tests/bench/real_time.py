"""From a member's word to the push it leads to, at the platform: a hundred words a second, with and without
a crowd of messages that wait for the account's rate as well."""

import asyncio
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvloop
from sqlalchemy import insert

from bot.app import load
from bot.domain.effects import OpenWindow
from bot.domain.outbox import OutboxMessage
from bot.opening import open_database
from storage import allowances, outbox
from storage.database import Connection
from storage.tables import table
from storage.tables.members import IdentityRow, MemberRow
from tests.bench import callbacks, loading
from tests.bench.figures import Figure
from tests.bench.processes import free_port, server
from tests.bench.sizes import Size
from tests.whole import APP_ID, ENVIRONMENT, write_config

NAME = "real_time"
A_SECOND = 100
RATE = "200/s"
GOAL_MS = 300.0
# Members who wait in the crowd have numbers of their own.
CROWD = 10_000_000
RULE = """
  bench_echo:
    status: live
    purpose: service
    priority: 95
    entry: {event: member.message}
    reentry: {mode: every_occurrence}
    steps: [{id: back, send: {template: vip/thanks, via: [customer_service], expires: 1h}}]

campaigns: """
NIGHT = 'quiet_hours: {from: "21:30", until: "08:30", action: defer}'
ALL_SENT_WITHIN_S = 20


@dataclass(slots=True)
class Rounds:
    """Milliseconds of one way to be measured, a number a round."""

    middle: list[float] = field(default_factory=list)
    slowest: list[float] = field(default_factory=list)

    def note(self, latencies: Sequence[float]) -> None:
        """Note one round's seconds."""
        ordered = sorted(latencies)
        self.middle.append(ordered[len(ordered) // 2] * 1e3)
        self.slowest.append(ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1e3)


def run(size: Size) -> Iterator[Figure]:
    """Yield the middle and the 99th percentile."""
    alone, crowded = Rounds(), Rounds()
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        arrived, platform = home / "arrived", free_port()
        stack.enter_context(server(["tests.bench.peers.platform", str(platform), str(arrived)], platform))
        port = free_port()
        config = _config(home, port, f"http://127.0.0.1:{platform}")
        environment = {**ENVIRONMENT, "SHOP_APP_ID": APP_ID, "HETANG_LOG": "WARNING"}
        stack.enter_context(server(["bot", "run", "--config", str(config)], port, environment))
        loading.run(port, [callbacks.follow(member) for member in range(size.paced)])
        time.sleep(1.0)  # what following led to is sent
        for number in range(min(size.rounds, 3)):
            alone.note(_round(port, arrived, size.paced, number * 2))
            _crowd(config, size.waiting, number)
            crowded.note(_round(port, arrived, size.paced, number * 2 + 1))
    bar = [GOAL_MS] * len(alone.slowest)
    peer = f"the bar of {GOAL_MS:g} ms"
    case = f"word to push, {A_SECOND} words a second, account at {RATE}"
    yield Figure(NAME, f"{case}, p99", "ms", alone.slowest, peer, bar, at_most=1)
    yield Figure(NAME, f"{case}, p50", "ms", alone.middle)
    case = f"{case}, {size.waiting:,} others waiting"
    yield Figure(NAME, f"{case}, p99", "ms", crowded.slowest, peer, bar, at_most=1)
    yield Figure(NAME, f"{case}, p50", "ms", crowded.middle)


def _config(home: Path, port: int, api_base: str) -> Path:
    night = datetime.now(UTC) + timedelta(hours=8 + 12)
    changes = {
        "port: 8080": f"port: {port}",
        "rate: 50/s": f"rate: {RATE}",
        NIGHT: f'quiet_hours: {{from: "{night:%H}:00", until: "{night:%H}:01", action: defer}}',
        "\ncampaigns: ": RULE,
    }
    config = write_config(home, api_base, f"sqlite:///{home}/hetang.db", changes)
    load(config, ENVIRONMENT)  # a mistake in it shows here, not as a server that does not listen
    return config


def _round(port: int, arrived: Path, count: int, number: int) -> list[float]:
    """Let each member say something, evenly paced; return the seconds until each one's push arrived."""
    before = len(arrived.read_text(encoding="utf-8").splitlines())
    requests = [callbacks.message(number * count + member, member) for member in range(count)]
    said = uvloop.run(_paced(port, requests))
    waiting = {callbacks.address(member): at for member, at in enumerate(said)}
    took: list[float] = []
    until = time.monotonic() + ALL_SENT_WITHIN_S
    while waiting and time.monotonic() < until:
        time.sleep(0.2)
        lines = arrived.read_text(encoding="utf-8").splitlines()
        for line in lines[before:]:
            at, _, address = line.partition(" ")
            if address in waiting:
                took.append(float(at) - waiting.pop(address))
        before = len(lines)
    if waiting:
        raise RuntimeError(f"{len(waiting)} of {count} pushes did not arrive")
    return took


async def _paced(port: int, requests: Sequence[bytes]) -> list[float]:
    """Send each request at its time, whatever becomes of those before; return when each was sent."""
    readers = [await asyncio.open_connection("127.0.0.1", port) for _ in range(16)]
    began = time.monotonic()
    sent: list[float] = []
    for place, request in enumerate(requests):
        await asyncio.sleep(max(0.0, began + place / A_SECOND - time.monotonic()))
        sent.append(time.monotonic())
        readers[place % len(readers)][1].write(request)
    await asyncio.sleep(0.5)
    for _, writer in readers:
        writer.close()
    return sent


def _crowd(config: Path, count: int, number: int) -> None:
    """Let as many others have a message due, as a campaign leaves them."""
    loaded = load(config, ENVIRONMENT)
    with open_database(loaded) as database:
        database.transact(lambda c: _queue(c, count, CROWD + number * count))


def _queue(c: Connection, count: int, first: int) -> None:
    now = datetime.now(UTC)
    ids = range(first, first + count)
    plain = {"stage": "", "known_since": now, "attributes": {}, "provenance": {}, "unfollowed": False}
    c.execute(insert(table(MemberRow)), [{"id": one, **plain} for one in ids])
    tie = {"account": "shop", "following": True, "since": now, "source": "shop", "cipher": None}
    ties = [{"known_as": f"shop:crowd{one}", "member_id": one, **tie} for one in ids]
    c.execute(insert(table(IdentityRow)), ties)
    later = now + timedelta(hours=2)
    doors = [OpenWindow(one, "customer_service", 5, "member.message", now, later) for one in ids]
    allowances.open_windows(c, doors)
    outbox.enqueue(
        c,
        [
            OutboxMessage(
                f"crowd/{one}", one, "vip/thanks", "service", ("customer_service",), now, now, later,
                campaign="crowd",
            )
            for one in ids
        ],
    )  # fmt: skip
