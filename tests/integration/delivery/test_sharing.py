"""Two processes on one PostgreSQL share the work; nobody overspends, whoever runs beside whom."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import random
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.synchronize import Barrier
from typing import Any

import aiohttp
import pytest

from bot.domain.channel import Accepted, Delivery
from bot.domain.delivery.policy import CapRule
from storage import allowances
from storage.database import Database
from tests.fakes import ManualClock
from tests.integration.delivery.house import POLICY, House, PretendChannel

PROCESSES = 2
ROWS = 600


class Sink:
    """A platform on loopback which counts what it is told, by address."""

    def __init__(self) -> None:
        self.told: list[str] = []
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                sink.told.append(body["to"])
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def sink() -> Iterator[Sink]:
    found = Sink()
    yield found
    found.server.shutdown()
    found.server.server_close()


class HttpChannel(PretendChannel):
    """Tells the sink."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        super().__init__()
        self.session, self.url = session, url

    async def send(self, delivery: Delivery) -> Accepted:
        async with self.session.post(self.url, json={"to": delivery.to[0]}) as answer:
            await answer.read()
        return Accepted()


def run_process(database_url: str, sink_url: str, name: str, ready: Barrier, counts: Any) -> None:  # noqa: ANN401 - the context names no type
    """Send until nothing is due; the life of one replica."""

    async def live() -> int:
        with Database.open(database_url) as database:
            async with aiohttp.ClientSession() as session:
                house = House(database, ManualClock(), HttpChannel(session, sink_url))
                sender = house.sender(name, 8)
                ready.wait(30)
                calls = 0
                for _ in range(5):  # a pass ends when the other one holds what is due
                    calls += await sender.send_due()
                    await asyncio.sleep(0.1)
                return calls

    counts.put((name, asyncio.run(live())))


def test_two_processes_share_the_work_without_a_double_send(postgres_url: str, sink: Sink) -> None:
    with Database.open(postgres_url) as database:
        house = House(database, ManualClock())
        ids = house.members(ROWS)
        house.queue([house.message(one) for one in ids])
        context = multiprocessing.get_context("spawn")
        ready, counts = context.Barrier(PROCESSES), context.Queue()
        processes = [
            context.Process(target=run_process, args=(postgres_url, sink.url, f"p{n}", ready, counts))
            for n in range(PROCESSES)
        ]
        for process in processes:
            process.start()
        calls = dict(counts.get(timeout=50) for _ in processes)
        for process in processes:
            process.join(20)
        assert Counter(sink.told) == Counter(f"o{one}" for one in ids)
        assert sum(calls.values()) == ROWS
        assert min(calls.values()) > 0, "one process did everything"
        assert set(house.states().values()) == {"sent"}
        assert {house.left(one) for one in ids} == {4}


@pytest.mark.parametrize("seed", range(3))
async def test_caps_and_windows_hold_with_four_senders_at_once(any_database_url: str, seed: int) -> None:
    rng = random.Random(seed)
    caps = (CapRule("marketing", 2, timedelta(days=1)),)
    with Database.open(any_database_url) as database:
        house = House(database, ManualClock(), policy=replace(POLICY, caps=caps))
        house.channel.pause_s = 0.001
        ids = house.members(30, window=3)
        messages = [
            house.message(
                one, f"{one}-{n}", purpose=rng.choice(["marketing", "service"]), priority=rng.randrange(9)
            )
            for one in ids
            for n in range(6)
        ]
        rng.shuffle(messages)
        house.queue(messages)
        senders = [house.sender(f"s{n}", 4) for n in range(4)]
        for _ in range(6):
            await asyncio.gather(*(sender.send_due() for sender in senders))
            house.clock.advance(seconds=2)
        sent = [row for row in house.rows().values() if row.state == "sent"]
        by_member = Counter(row.member_id for row in sent)
        marketing = Counter(row.member_id for row in sent if row.purpose == "marketing")
        assert max(marketing.values()) <= 2
        assert set(by_member.values()) <= {2, 3}
        assert {house.left(one) for one in ids if by_member[one] == 3} == {0}
        assert len(house.channel.taken) == len(sent)
        assert Counter(delivery.to[0] for delivery in house.channel.taken) == Counter(
            f"o{row.member_id}" for row in sent
        )
        assert house.channel.most_to_one == 1


async def test_the_test_above_would_notice_a_sender_that_reserves_nothing(postgres_url: str) -> None:
    """The sabotage twin: without the spent allowance and the counted place the window overflows."""
    with Database.open(postgres_url) as database:
        house = House(database, ManualClock(), policy=replace(POLICY, caps=()))
        [one] = house.members(1, window=1)
        house.queue([house.message(one, "a")])
        await house.sender().send_due()
        house.database.transact(lambda c: allowances.give_back(c, [(one, "customer_service", "")]))
        house.queue([house.message(one, "b")])
        await house.sender().send_due()
        assert len(house.channel.taken) == 2


async def test_the_more_important_message_of_a_member_goes_first(house: House) -> None:
    [one] = house.members(1)
    common = {"purpose": "marketing"}
    house.queue(
        [house.message(one, "low", priority=10, **common), house.message(one, "high", priority=90, **common)]
    )
    await house.sender().send_due()
    rows = house.rows()
    assert (rows["high"].state, rows["low"].state, rows["low"].reason) == ("sent", "queued", "priority")
    assert rows["low"].due_at == house.clock.now() + timedelta(days=1)
