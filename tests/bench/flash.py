"""A flash sale at its opening: everybody at once, stock exact, every loser told."""

import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import create_engine, text

from bot.app import load
from bot.sandbox.crypto import Seal
from tests.bench import callbacks, loading
from tests.bench.databases import postgres
from tests.bench.figures import Figure
from tests.bench.processes import free_port, server
from tests.bench.sizes import Size
from tests.whole import AES_KEY, APP_ID, ENVIRONMENT, write_config

NAME = "flash"
# As many wait for their answer at once.
CONNECTIONS = 500
MEANINGS = {"抢到了": "got", "抢完了": "gone"}
OPENED = {
    'opens: "2026-12-12T12:00:00+08:00", closes: "2026-12-12T14:00:00+08:00"':
    'opens: "2026-01-01T12:00:00+08:00", closes: "2099-01-01T14:00:00+08:00"',
}  # fmt: skip


def run(size: Size) -> Iterator[Figure]:
    """Yield, on each database, seconds until everybody has an answer, and the 99th percentile."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(postgres())
        databases = ["SQLite", *(["PostgreSQL"] if url else [])]
        for name in databases:
            took: list[float] = []
            slowest: list[float] = []
            for turn in range(size.rounds):
                where = url if name == "PostgreSQL" else f"sqlite:///{folder}/{turn}.db"
                seen = _opening(folder / f"{name}{turn}", str(where), size)
                took.append(seen.seconds)
                slowest.append(seen.percentile(0.99) * 1e3)
            yield Figure(NAME, f"{size.buyers} at once, {size.on_sale} on sale, {name}", "s", took)
            yield Figure(NAME, f"{size.buyers} at once, p99, {name}", "ms", slowest)


def _opening(home: Path, url: str, size: Size) -> loading.Measured:
    """Let members follow, then all of them buy at once; raise unless the books are exact."""
    home.mkdir()
    port, sink_port = free_port(), free_port()
    _empty(url)
    changes = {**OPENED, "port: 8080": f"port: {port}", "stock: 200,": f"stock: {size.on_sale},"}
    config = write_config(home, f"http://127.0.0.1:{sink_port}", url, changes)
    environment = {**ENVIRONMENT, "SHOP_APP_ID": APP_ID, "HETANG_LOG": "WARNING"}
    load(config, ENVIRONMENT)
    with ExitStack() as stack:
        stack.enter_context(server(["tests.bench.peers.sink", str(sink_port)], sink_port, environment))
        stack.enter_context(server(["bot", "run", "--config", str(config)], port, environment))
        loading.run(port, [callbacks.follow(member) for member in range(size.buyers)])
        time.sleep(1.0)  # what following led to is sent
        seen = loading.run(port, [_claim(member) for member in range(size.buyers)], CONNECTIONS)
    if seen.statuses != {200: size.buyers}:
        raise RuntimeError(f"not everybody was answered: {seen.statuses}")
    _exact(url, size)
    return seen


def _claim(member: int) -> bytes:
    return callbacks.request(
        member,
        "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[秒杀]]></Content>"
        f"<MsgId>{20_000_000_000 + member}</MsgId>",
        nonce=f"f{member}",
    )


def _empty(url: str) -> None:
    """Drop what an earlier round left on a server."""
    if url.startswith("sqlite"):
        return
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()


def _exact(url: str, size: Size) -> None:
    """Raise unless exactly what was on sale was given, once a member, and everybody was told which it is."""
    engine = create_engine(url)
    with engine.connect() as connection:
        given = connection.execute(
            text("SELECT member_id FROM coupon WHERE batch = 'tea_sale' AND state = 'issued'")
        )
        holders = Counter(given.scalars())
        answers = connection.execute(text("SELECT answer FROM inbox WHERE answer IS NOT NULL")).scalars()
        told = Counter(_meaning(bytes(answer)) for answer in answers)
    engine.dispose()
    due = min(size.on_sale, size.buyers)
    if len(holders) != due or any(count > 1 for count in holders.values()):
        raise RuntimeError(f"{len(holders)} hold a coupon, {due} were on sale")
    if (told["got"], told["gone"]) != (due, size.buyers - due):
        raise RuntimeError(f"{due} of {size.buyers} got one, and they were told: {dict(told)}")


def _meaning(answer: bytes) -> str:
    """Return what an answer says of the sale: ``got``, ``gone``, or nothing (the welcome of a follower)."""
    sealed = re.search(rb"<Encrypt><!\[CDATA\[(.*?)\]\]></Encrypt>", answer)
    said = Seal(AES_KEY, APP_ID).open(sealed[1].decode()).decode() if sealed else ""
    return next((meaning for words, meaning in MEANINGS.items() if words in said), "")
