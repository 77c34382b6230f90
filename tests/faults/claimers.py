"""Eight processes that want the same coupons: a worker, started by `test_coupon_claims`."""

import random
import sys
import time
from datetime import UTC, datetime

from sqlalchemy import select, update

from bot.domain.coupons import Coupon, CouponClaim
from storage import coupons
from storage.coupon_stock import BATCH, COUPON
from storage.database import Connection, Database

NOW = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)
# A worker mostly claims in the sender's chunks and sometimes for one member's keyword.
CHUNK = 50
MEMBERS = 3000


def honest(database: Database, claims: list[CouponClaim]) -> int:
    """Claim through the ledger."""
    outcomes = database.transact(lambda c: coupons.issue(c, claims, NOW))
    return sum(isinstance(outcome, Coupon) for outcome in outcomes.values())


def naive(database: Database, claims: list[CouponClaim]) -> int:
    """Read, then write, with nothing held between: the control that must fail."""
    row = database.transact(lambda c: c.execute(select(BATCH).where(BATCH.c.name == "sale")).one())
    served = claims[: max(0, row.stock - row.taken)]
    time.sleep(0.002)  # what a network between program and database takes

    def write(c: Connection) -> None:
        for claim in served:
            values = {"batch": "sale", "code": coupons.make_code(), "state": "issued"}
            c.execute(COUPON.insert(), {**values, "member_id": claim.member_id, "basis": "", "order_id": ""})
        c.execute(update(BATCH).where(BATCH.c.name == "sale").values(taken=row.taken + len(served)))

    database.transact(write)
    return len(served)


def run(url: str, worker: int, claims: int, way: str) -> int:
    """Make this worker's claims; return how many were granted."""
    rng = random.Random(worker)
    claim_all = naive if way == "naive" else honest
    granted = done = 0
    with Database.open(url) as database:
        print("ready", flush=True)
        sys.stdin.readline()
        while done < claims:
            size = min(claims - done, CHUNK if rng.random() < 0.5 else 1)
            batch = [
                CouponClaim(f"{worker}:{done + i}", "sale", rng.randrange(1, MEMBERS + 1))
                for i in range(size)
            ]
            granted += claim_all(database, batch)
            done += size
    return granted


if __name__ == "__main__":
    print(run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))
