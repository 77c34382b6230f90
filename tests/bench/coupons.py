"""Coupons given a second, in groups as the dispatcher and the sender make them; context, without a peer."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

from bot.domain.coupons import Coupon, CouponBatch, CouponClaim, MemberLimit
from storage import coupons, migrate
from storage.database import Database
from tests.bench.databases import postgres
from tests.bench.figures import Figure
from tests.bench.sizes import Size

NAME = "coupons"
GROUP = 64
NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)


def run(size: Size) -> Iterator[Figure]:
    """Yield claims a second on each database."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        url = stack.enter_context(postgres())
        urls = {"SQLite": f"sqlite:///{folder}/hetang.db"} | ({"PostgreSQL": url} if url else {})
        for name, where in urls.items():
            yield Figure(NAME, f"claims in groups of {GROUP}, {name}", "1/s", _rates(where, size))


def _rates(url: str, size: Size) -> list[float]:
    migrate.upgrade(url)
    batch = CouponBatch(
        name="new10", title="新人10元券", amount_off=1000, stock=size.claims * (size.rounds + 1),
        valid=timedelta(days=7), per_member=MemberLimit(1),
    )  # fmt: skip
    rates: list[float] = []
    with Database.open(url) as database:
        database.transact(lambda c: coupons.sync(c, [batch]))
        for turn in range(size.rounds):
            first = turn * size.claims
            claims = [
                CouponClaim(f"k{n}", "new10", n + 1, "open_to_all") for n in range(first, first + size.claims)
            ]
            began = time.perf_counter()
            given = 0
            for at in range(0, len(claims), GROUP):
                group = claims[at : at + GROUP]
                outcome = database.transact(lambda c, group=group: coupons.issue(c, group, NOW))  # type: ignore[misc]  # mypy gives lambdas with defaults no type
                given += sum(isinstance(one, Coupon) for one in outcome.values())
            rates.append(len(claims) / (time.perf_counter() - began))
            if given != len(claims):
                raise RuntimeError(f"{given} of {len(claims)} claims were given")
    return rates
