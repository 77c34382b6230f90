"""Encrypted callback → verified, decrypted, decided, durable, answered; against servers that do less."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import create_engine, text

from bot.app import load
from tests.bench import callbacks, loading
from tests.bench.databases import postgres
from tests.bench.figures import Figure
from tests.bench.processes import Server, free_port, server
from tests.bench.sizes import Size
from tests.whole import APP_ID, ENVIRONMENT, write_config

NAME = "inbound"
BARE = "bare aiohttp"
WEROBOT = "WeRoBot 1.13, gunicorn gthread 1×8, keep-alive"
SQLMODEL = "SQLModel, one transaction a message"
DURABLE = "durable"
POSTGRES = "durable on PostgreSQL"
# A prime, so that members take turns in an order unlike that of their numbers.
STRIDE = 7919
# The system counts processor time in these.
TICK_S = 0.01


@dataclass(slots=True)
class Contestant:
    """A server and what was seen of it, a number a round."""

    server: Server
    requests: int
    rates: list[float] = field(default_factory=list)
    slowest: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)
    sent: int = 0

    def run(self, requests: Sequence[bytes]) -> None:
        """Send the requests and note what was seen; every answer must be 200."""
        before = self.server.cpu_seconds()
        seen = loading.run(self.server.port, requests)
        if set(seen.statuses) != {200}:
            raise RuntimeError(f"not every callback was accepted: {seen.statuses}")
        self.sent += len(requests)
        self.cpu_us.append(max(self.server.cpu_seconds() - before, TICK_S) / len(requests) * 1e6)
        self.rates.append(seen.rate)
        self.slowest.append(seen.percentile(0.99) * 1e3)


def run(size: Size) -> Iterator[Figure]:
    """Yield rates, 99th percentiles and processor time."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(postgres())
        stored = {DURABLE: f"sqlite:///{folder}/hetang.db"} | ({POSTGRES: url} if url else {})
        field = _started(stack, folder, stored, size)
        for name in stored:
            loading.run(field[name].server.port, [callbacks.follow(member) for member in range(size.members)])
        time.sleep(1.0)  # what following led to is sent
        sender = _Numbered(size.members)
        for _ in range(size.rounds):
            for contestant in field.values():
                contestant.run(sender.messages(contestant.requests))
        for name, where in stored.items():
            _lost_nothing(where, field[name].sent)
    yield from _figures(field)


class _Numbered:
    """Messages with ids never used before, the members taking turns."""

    def __init__(self, members: int) -> None:
        self._members = members
        self._next = 0

    def messages(self, count: int) -> list[bytes]:
        first, self._next = self._next, self._next + count
        return [
            callbacks.message(index, index * STRIDE % self._members) for index in range(first, first + count)
        ]


def _started(stack: ExitStack, folder: Path, stored: dict[str, str], size: Size) -> dict[str, Contestant]:
    environment = {**ENVIRONMENT, "SHOP_APP_ID": APP_ID, "HETANG_LOG": "WARNING"}

    def start(command: Callable[[int], Sequence[str]], requests: int) -> Contestant:
        port = free_port()
        return Contestant(stack.enter_context(server(command(port), port, environment)), requests)

    sink = start(lambda port: ["tests.bench.peers.sink", str(port)], 0).server
    field = {BARE: start(lambda port: ["tests.bench.peers.bare", str(port)], size.callbacks)}
    for name, url in stored.items():
        home = folder / name.replace(" ", "_")
        home.mkdir()
        field[name] = start(_ours(home, url, f"http://127.0.0.1:{sink.port}"), size.callbacks)
    field[WEROBOT] = start(
        lambda port: [
            "gunicorn", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "8",
            "--keep-alive", "75", "--log-level", "warning", "tests.bench.peers.werobot:application",
        ],
        size.callbacks_slow,
    )  # fmt: skip
    database = f"sqlite:///{folder}/sqlmodel.db"
    field[SQLMODEL] = start(
        lambda port: ["tests.bench.peers.sqlmodel_server", str(port), database], size.callbacks_slowest
    )
    return field


def _ours(home: Path, url: str, api_base: str) -> Callable[[int], Sequence[str]]:
    def command(port: int) -> Sequence[str]:
        config = write_config(home, api_base, url, {"port: 8080": f"port: {port}"})
        load(config, ENVIRONMENT)  # a mistake in it shows here, not as a server that does not listen
        return ["bot", "run", "--config", str(config)]

    return command


def _lost_nothing(url: str, sent: int) -> None:
    """Raise unless every acknowledged message is in the history."""
    engine = create_engine(url)
    with engine.connect() as connection:
        kept = connection.execute(
            text("SELECT count(*) FROM event WHERE kind = 'member.message'")
        ).scalar_one()
    engine.dispose()
    if kept != sent:
        raise RuntimeError(f"{sent} messages were acknowledged, {kept} are stored")


def _figures(field: dict[str, Contestant]) -> Iterator[Figure]:
    bare, ours = field[BARE], field[DURABLE]
    yield Figure(NAME, DURABLE, "1/s", ours.rates, BARE, bare.rates, at_least=0.35)
    yield Figure(NAME, DURABLE, "1/s", ours.rates, WEROBOT, field[WEROBOT].rates, at_least=3)
    yield Figure(NAME, DURABLE, "1/s", ours.rates, SQLMODEL, field[SQLMODEL].rates, at_least=15)
    yield Figure(NAME, "durable, p99", "ms", ours.slowest, BARE, bare.slowest, at_most=5)
    yield Figure(NAME, "durable, p99", "ms", ours.slowest, WEROBOT, field[WEROBOT].slowest)
    yield Figure(NAME, "durable, processor time", "µs", ours.cpu_us, BARE, bare.cpu_us)
    yield Figure(NAME, "durable, processor time", "µs", ours.cpu_us, WEROBOT, field[WEROBOT].cpu_us)
    if POSTGRES in field:
        other = field[POSTGRES]
        yield Figure(NAME, POSTGRES, "1/s", other.rates, BARE, bare.rates)
        yield Figure(NAME, f"{POSTGRES}, p99", "ms", other.slowest, BARE, bare.slowest)
