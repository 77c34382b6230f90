"""How long a chance in a lottery takes, paid for and drawn at once; context, without a peer."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.domain.activities import Lottery, Points
from bot.domain.coupons import CouponBatch
from bot.domain.effects import EnterDraw
from bot.domain.points import Change
from storage import coupons, draw_entries, draws, migrate, points
from storage.database import Connection, Database
from storage.privacy import Keyring
from tests.bench.databases import postgres
from tests.bench.figures import Figure
from tests.bench.sizes import Size

NAME = "draws"
NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)
DAY = timedelta(days=1)
TERMS = Points(expire=365 * DAY)
SPIN = Lottery(
    "spin", "instant", {"coupon.a": 0.1, "points.50": 0.2, "nothing": 0.7}, NOW - DAY, NOW + DAY, cost=20
)
PLAYERS = 50


def run(size: Size) -> Iterator[Figure]:
    """Yield the median and the 99th percentile on each database."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        url = stack.enter_context(postgres())
        urls = {"SQLite": f"sqlite:///{folder}/hetang.db"} | ({"PostgreSQL": url} if url else {})
        for name, where in urls.items():
            rounds = list(_rounds(where, size))
            for share, called in ((0.5, "median"), (0.99, "p99")):
                values = [one[min(len(one) - 1, int(share * len(one)))] for one in rounds]
                yield Figure(NAME, f"a chance taken and drawn, {called}, {name}", "ms", values)


def _rounds(url: str, size: Size) -> Iterator[list[float]]:
    """Yield how long each chance of a round took, in milliseconds, the shortest first."""
    migrate.upgrade(url)
    ring = Keyring.of("a field key of the bench", "an index key of the bench", bytes)
    with Database.open(url, ring) as database:
        database.transact(partial(_furnish, worth=size.draws * size.rounds * SPIN.cost))
        for turn in range(size.rounds):
            took = []
            for number in range(size.draws):
                one = EnterDraw(1 + number % PLAYERS, SPIN, "random_test", f"{turn}:{number}", NOW, TERMS)
                began = time.perf_counter()
                (came,) = database.transact(lambda c, one=one: draw_entries.enter(c, [one], NOW))  # type: ignore[misc]  # mypy gives lambdas with defaults no type
                took.append((time.perf_counter() - began) * 1e3)
                if came.reason:
                    raise RuntimeError(f"a chance was refused: {came.reason}")
            yield sorted(took)


def _furnish(c: Connection, worth: int) -> None:
    coupons.sync(c, [CouponBatch("a", "A", DAY, amount_off=100, stock=10**6)])
    draws.sync(c, [SPIN], TERMS, lambda: bytes(32), NOW - DAY)
    purse = [Change(f"purse{who}", who, worth, "bench") for who in range(1, PLAYERS + 1)]
    points.change(c, purse, TERMS, NOW)
