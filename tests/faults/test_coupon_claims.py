"""Eight processes claim 80,000 times; no code is given twice, nothing beyond the stock."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.domain.coupons import CouponBatch, MemberLimit
from storage import coupons
from storage.coupon_stock import BATCH, COUPON
from storage.database import Database
from storage.redemption import standing

STOCK = 1000
PROCESSES = 8
CLAIMS = 80_000
SALE = CouponBatch(
    "sale", "秒杀券", timedelta(days=1), amount_off=1000, stock=STOCK, per_member=MemberLimit(1)
)


@pytest.fixture
def database(any_database_url: str) -> Iterator[Database]:
    with Database.open(any_database_url) as opened:
        opened.transact(lambda c: coupons.sync(c, [SALE]))
        yield opened


def rush(url: str, way: str, claims: int) -> int:
    """Run the claimers side by side; return how many claims they say were granted."""
    each = claims // PROCESSES
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.faults.claimers", url, str(worker), str(each), way],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for worker in range(PROCESSES)
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    # Let go together, or the first would be done before the last began.
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=280)[0] for process in running]
    assert [process.returncode for process in running] == [0] * PROCESSES
    return sum(int(output) for output in outputs)


@pytest.mark.timeout(300)
def test_eighty_thousand_claims_never_exceed_the_stock_nor_a_members_limit(
    database: Database, any_database_url: str
) -> None:
    granted = rush(any_database_url, "honest", CLAIMS)
    assert granted == STOCK
    with database.engine.connect() as c:
        per_member = select(func.count()).select_from(COUPON).group_by(COUPON.c.member_id)
        assert c.execute(select(func.count()).select_from(COUPON)).scalar() == STOCK
        assert set(c.execute(per_member).scalars()) == {1}
        assert sum(standing(c, "sale").values()) == STOCK


@pytest.mark.timeout(120)
def test_claims_that_read_and_then_write_do_exceed_the_stock(
    database: Database, any_database_url: str
) -> None:
    rush(any_database_url, "naive", 4_000)
    with database.engine.connect() as c:
        given = c.execute(select(func.count()).select_from(COUPON)).scalar() or 0
        taken = c.execute(select(BATCH.c.taken)).scalar() or 0
    assert given > STOCK or given != taken
